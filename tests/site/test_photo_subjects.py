"""Subjects on the page of a photo, and what reviewers do with them there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from recognition.models import Annotation, Photo, View
from tests.support.pages import done, text
from tests.support.rows import add_photo, found_subject

LEFT, RIGHT = [0.1, 0.2, 0.4, 0.8], [0.5, 0.2, 0.9, 0.8]


def html_of(client: Client, photo: Photo) -> str:
    return client.get(reverse("photo", args=[photo.id])).content.decode()


@pytest.fixture
def street(photo: Photo) -> Photo:
    """A dog at the left, a car at the right."""
    found_subject(photo, LEFT, "dog")
    found_subject(photo, RIGHT, "car", confidence=0.7)
    return photo


def test_each_subject_is_framed_and_listed(client: Client, street: Photo) -> None:
    html = html_of(client, street)
    assert html.count('class="frame is-main"') == 1
    assert json.dumps(RIGHT) in html
    words = text(client.get(reverse("photo", args=[street.id])))
    assert "In this photo 1 dog, 1 car" in words
    assert "Dog 80 % main subject" in words
    assert "Car 70 %" in words


def test_one_that_fills_the_picture_is_framed_when_pointed_at(client: Client, photo: Photo) -> None:
    found_subject(photo, [0.0, 0.1, 1.0, 1.0], "dog")
    assert 'class="frames is-quiet"' in html_of(client, photo)


def test_a_page_updates_by_itself_until_somebody_has_looked_closer(
    client: Client, photo: Photo
) -> None:
    photo.prediction.look_due = timezone.now()
    photo.prediction.save()
    address = reverse("photo", args=[photo.id]) + "?look=due"
    assert "Looking closer" in html_of(client, photo)
    assert f'hx-get="{address}"' in html_of(client, photo)
    assert client.get(address).status_code == 204
    photo.prediction.look_due = None
    photo.prediction.save()
    found_subject(photo, LEFT, "dog")
    assert "1 dog" in text(client.get(address))


def test_a_photo_in_which_nothing_was_found_says_so(client: Client, photo: Photo) -> None:
    assert "No single animal or vehicle was found" not in html_of(client, photo)
    version = photo.prediction.model_version
    version.view = View.SUBJECTS
    version.save()
    assert "No single animal or vehicle was found" in html_of(client, photo)


def test_an_answer_from_the_centre_alone_speaks_of_no_subjects(
    client: Client, photo: Photo
) -> None:
    assert "In this photo" not in html_of(client, photo)


def test_a_reviewer_gives_a_part_a_label_of_its_own(reviewer_client: Client, street: Photo) -> None:
    address = reverse("label-part", args=[street.id])
    sent = {"box": json.dumps(RIGHT), "label": "taxi"}
    answer = reviewer_client.post(address, sent, follow=True)
    assert "That part is now labelled Taxi." in text(answer)
    made = Annotation.objects.get()
    assert (made.box, made.label.slug) == (RIGHT, "taxi")
    away = reverse("unlabel-part", args=[street.id, made.id])
    assert away in answer.content.decode()
    reviewer_client.post(away)
    assert not Annotation.objects.exists()


def test_a_reviewer_says_that_the_label_is_about_another_subject(
    reviewer_client: Client, street: Photo
) -> None:
    address = reverse("label-photo", args=[street.id])
    reviewer_client.post(address, {"box": json.dumps(RIGHT), "label": "car", "seen": ""})
    street.refresh_from_db()
    assert (street.box, street.label.slug) == (RIGHT, "car")


@pytest.mark.parametrize("box", ["", "[0, 0, 1]", "[0.5, 0, 0.5, 1]", '"x"', "[0, 0, NaN, 1]"])
def test_what_is_no_part_of_a_photo_is_refused(
    reviewer_client: Client, street: Photo, box: str
) -> None:
    address = reverse("label-part", args=[street.id])
    answer = reviewer_client.post(address, {"box": box, "label": "taxi"}, follow=True)
    assert answer.status_code == 200
    assert not Annotation.objects.exists()


def test_only_reviewers_label_parts(client: Client, street: Photo) -> None:
    sent = {"box": json.dumps(RIGHT), "label": "taxi"}
    assert client.post(reverse("label-part", args=[street.id]), sent).status_code == 403
    assert "label of its own" not in html_of(client, street)


def test_cards_show_where_the_main_subject_is(client: Client, uploader: User, version: Any) -> None:
    photo = add_photo(uploader, width=1600, height=400, **done("dog"))
    found_subject(photo, [0.9, 0.2, 1.0, 0.8], "dog")
    html = client.get(reverse("history")).content.decode()
    assert 'class="keeps-end"' in html
    assert '<rect x="1440" y="80" width="160" height="240" />' in html
