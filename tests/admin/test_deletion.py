"""Pages that ask whether to delete say which networks were taught with the photos."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.labels import labelling
from recognition.models import Label, ModelVersion, Photo, Via
from tests.support.pages import text
from tests.support.rows import add_photo, taught_version

LIST = reverse("admin:recognition_photo_changelist")
TOLD = "Photos that version 2 · Taught was trained with; its page will say so: "


@pytest.fixture
def photos(uploader: User) -> list[Photo]:
    return [add_photo(uploader) for _ in range(3)]


@pytest.fixture(autouse=True)
def taught(photos: list[Photo]) -> ModelVersion:
    return taught_version(2, photos)


def test_one_photo(as_superuser: Client, photos: list[Photo]) -> None:
    page = reverse("admin:recognition_photo_delete", args=[photos[0].pk])
    assert TOLD + "1" in text(as_superuser.get(page))


def test_some_photos(as_superuser: Client, photos: list[Photo]) -> None:
    action = {"action": "delete_selected", "_selected_action": [photo.pk for photo in photos[:2]]}
    assert TOLD + "2" in text(as_superuser.post(LIST, action))


def test_photos_that_taught_nothing(as_superuser: Client, uploader: User) -> None:
    page = reverse("admin:recognition_photo_delete", args=[add_photo(uploader).pk])
    assert "taught" not in text(as_superuser.get(page))


def test_the_versions_page_says_what_is_gone(
    as_superuser: Client, taught: ModelVersion, photos: list[Photo]
) -> None:
    page = reverse("admin:recognition_modelversion_change", args=[taught.pk])
    assert "3 photos, all of them still here" in text(as_superuser.get(page))
    as_superuser.post(
        reverse("admin:recognition_photo_delete", args=[photos[0].pk]), {"post": "yes"}
    )
    told = "1 of the 3 photos it was trained with were deleted since."
    assert told in text(as_superuser.get(page))


def test_the_first_version_came_as_it_is(as_superuser: Client) -> None:
    version = ModelVersion.objects.get(number=1)
    page = reverse("admin:recognition_modelversion_change", args=[version.pk])
    assert "It was not trained here." in text(as_superuser.get(page))


def test_decisions_go_with_their_photo(as_superuser: Client, superuser: User) -> None:
    photo = add_photo(superuser)
    labelling.decide(photo.id, Label.objects.get(slug="dog"), superuser, Via.QUEUE)
    page = reverse("admin:recognition_photo_delete", args=[photo.pk])
    assert as_superuser.post(page, {"post": "yes"}).status_code == 302
    assert not Photo.objects.filter(id=photo.id).exists()
