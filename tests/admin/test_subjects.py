"""What stands in a photo, in the admin."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.labels import boxes
from recognition.labels.annotating import annotate
from recognition.models import Label, Photo
from tests.support.pages import text
from tests.support.rows import found_subject, settled_photo


def test_a_photo_shows_what_its_labels_are_about(
    as_reviewer: Client, uploader: User, reviewer: User, version: object
) -> None:
    photo = settled_photo(uploader)
    address = reverse("admin:recognition_photo_change", args=[photo.id])
    assert "the main subject" in text(as_reviewer.get(address))
    Photo.objects.update(box=boxes.WHOLE)
    annotate(photo.id, [0.25, 0, 0.5, 1], Label.objects.get(slug="taxi"), reviewer)
    words = text(as_reviewer.get(address))
    assert "the whole picture" in words
    assert "Taxi" in words
    assert "25 % to 50 % across, 0 % to 100 % down" in words


def test_a_prediction_shows_its_subjects(
    as_reviewer: Client, uploader: User, version: object
) -> None:
    photo = settled_photo(uploader)
    found_subject(photo, [0.25, 0, 0.5, 1], "taxi")
    address = reverse("admin:recognition_prediction_change", args=[photo.prediction_id])
    words = text(as_reviewer.get(address))
    assert "Taxi" in words
    assert "25 % to 50 % across, 0 % to 100 % down" in words
