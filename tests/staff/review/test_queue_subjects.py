"""Subjects in the review queue: framed, chosen, drawn, and labelled one by one."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from recognition.models import Annotation, Decision, Photo
from tests.support.rows import found_subject, settled_photo

LEFT, RIGHT = [0.1, 0.2, 0.4, 0.8], [0.5, 0.2, 0.9, 0.8]


@pytest.fixture
def street(uploader: User) -> Photo:
    """A dog at the left, a car at the right."""
    photo = settled_photo(uploader)
    found_subject(photo, LEFT, "dog")
    found_subject(photo, RIGHT, "car", confidence=0.7)
    return photo


def decide(client: Client, photo: Photo, **fields: Any) -> HttpResponse:
    plain = {"decision": uuid4(), "photo": photo.id, "label": "car", "seen": ""}
    return client.post(reverse("review-decide"), {**plain, **fields})


def annotate(client: Client, photo: Photo, **fields: Any) -> HttpResponse:
    plain = {"photo": photo.id, "part": uuid4(), "label": "taxi", "box": json.dumps(RIGHT)}
    return client.post(reverse("review-annotate"), {**plain, **fields})


def card(client: Client) -> str:
    return client.post(reverse("review-claim"), {"order": "newest"}).json()["html"]


def test_the_main_subject_is_framed_and_each_has_its_answers(
    as_reviewer: Client, street: Photo
) -> None:
    html = card(as_reviewer)
    assert html.count('data-pick="0" aria-pressed="true"') == 1
    assert html.count('data-pick="1" aria-pressed="false"') == 1
    assert html.count("data-answers=") == 2
    assert "Confirm “Car”" in html


def test_a_decision_carries_what_it_is_about(as_reviewer: Client, street: Photo) -> None:
    assert decide(as_reviewer, street, box=json.dumps(RIGHT)).status_code == 200
    street.refresh_from_db()
    assert (street.label.slug, street.box) == ("car", RIGHT)


def test_a_decision_without_a_box_leaves_it_as_it_was(as_reviewer: Client, street: Photo) -> None:
    assert decide(as_reviewer, street, box="").status_code == 200
    street.refresh_from_db()
    assert street.box is None


def test_the_whole_picture_has_no_main_subject(as_reviewer: Client, street: Photo) -> None:
    street.box = [0.0, 0.0, 1.0, 1.0]
    street.save()
    html = card(as_reviewer)
    assert 'class="queue-window is-whole"' in html
    assert 'aria-pressed="true"' not in html


def test_another_part_gets_a_label_of_its_own(as_reviewer: Client, street: Photo) -> None:
    for _ in range(2):  # it may be sent again
        assert annotate(as_reviewer, street).status_code == 200
    made = Annotation.objects.get()
    assert (made.photo, made.label.slug, made.box) == (street, "taxi", RIGHT)
    assert "Taxi ✓" in card(as_reviewer)
    assert not Decision.objects.exists()


def test_a_label_of_its_own_can_be_taken_back(
    as_reviewer: Client, street: Photo, uploader: User
) -> None:
    part, other = uuid4(), settled_photo(uploader)
    annotate(as_reviewer, street, part=part)
    annotate(as_reviewer, other, part=part, back=1)
    assert Annotation.objects.count() == 1  # it is not that photo's
    for _ in range(2):
        assert annotate(as_reviewer, street, part=part, back=1).status_code == 200
    assert not Annotation.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [{"box": ""}, {"box": "[1, 0, 0, 1]"}, {"box": "{"}, {"label": "nothing"}, {"part": "x"}],
)
def test_what_is_not_understood_is_refused(
    as_reviewer: Client, street: Photo, fields: dict[str, str]
) -> None:
    assert annotate(as_reviewer, street, **fields).status_code == 400
    assert not Annotation.objects.exists()


def test_a_box_beyond_the_picture_is_refused(as_reviewer: Client, street: Photo) -> None:
    assert decide(as_reviewer, street, box="[0, 0, 2, 1]").status_code == 400
    assert not Decision.objects.exists()


def test_a_photo_that_is_gone_is_not_found(as_reviewer: Client, street: Photo) -> None:
    sent = {"photo": street.id, "part": uuid4(), "label": "taxi", "box": json.dumps(RIGHT)}
    street.delete()
    assert as_reviewer.post(reverse("review-annotate"), sent).status_code == 404
