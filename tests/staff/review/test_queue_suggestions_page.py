"""In the review queue, what the owner says stands beside what the network says."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.labels import suggestions, tree
from recognition.models import Label, Photo, Suggestion
from tests.support.rows import settled_photo

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def photo(uploader: User) -> Photo:
    return settled_photo(uploader)


def suggest(photo: Photo, slug: str, kind: str = "wrong") -> Suggestion:
    label = Label.objects.get(slug=slug)
    return suggestions.suggest(photo.id, photo.owner, kind, label)


def card(client: Client) -> str:
    return client.post(reverse("review-claim")).json()["html"]


def decide(client: Client, photo: Photo, slug: str, **more: object) -> int:
    fields = {"decision": uuid4(), "photo": photo.id, "label": slug, **more}
    return client.post(reverse("review-decide"), fields).status_code


def test_it_is_a_button_with_a_key(as_reviewer: Client, photo: Photo) -> None:
    suggest(photo, "car")
    html = card(as_reviewer)
    assert 'data-suggested data-label="car"' in html
    assert "The owner says: “Car”" in html
    assert '<kbd class="review-key">O</kbd>' in html


def test_another_one_is_agreed_with_beside_the_decision(as_reviewer: Client, photo: Photo) -> None:
    made = suggest(photo, "car", "another")
    html = card(as_reviewer)
    assert f'data-agrees="{made.id}" aria-pressed="false"' in html
    assert "The owner says there is also: “Car”" in html
    assert decide(as_reviewer, photo, "dog", agrees=made.id) == 200
    made.refresh_from_db()
    assert made.outcome == "confirmed"


def test_who_does_not_agree_decides_otherwise(as_reviewer: Client, photo: Photo) -> None:
    made = suggest(photo, "car", "another")
    assert decide(as_reviewer, photo, "dog") == 200
    made.refresh_from_db()
    assert made.outcome == "declined"


def test_a_decision_that_is_sent_twice_agrees_once(as_reviewer: Client, photo: Photo) -> None:
    made = suggest(photo, "car", "another")
    sent = {"agrees": made.id, "decision": uuid4()}
    assert {decide(as_reviewer, photo, "dog", **sent) for _ in range(2)} == {200}
    made.refresh_from_db()
    assert made.outcome == "confirmed"


def test_what_is_withdrawn_meanwhile_does_no_harm(as_reviewer: Client, photo: Photo) -> None:
    made = suggest(photo, "car", "another")
    suggestions.withdraw(photo.id, made.id, photo.owner)
    assert decide(as_reviewer, photo, "dog", agrees=made.id) == 200


def test_no_button_sets_a_label_that_was_retired(as_reviewer: Client, photo: Photo) -> None:
    suggest(photo, "car")
    tree.set_active(Label.objects.get(slug="car"), False)
    html = card(as_reviewer)
    assert "The owner says: “Car”, a label that is not in use any more." in html
    assert "data-suggested" not in html


def test_other_photos_say_nothing_of_the_kind(as_reviewer: Client, photo: Photo) -> None:
    assert "queue-suggested" not in card(as_reviewer)
