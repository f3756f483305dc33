"""`?wait=` before a web server that can wait without a thread: it is told for what and how long."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from recognition.models import Label, ModelVersion, Photo, Prediction, State
from recognition.photos import deletion
from tests.support.files import encoded, picture, sent
from tests.support.rows import add_photo
from webapp.server.waiting import CAN_WAIT, Wait

PHOTOS = "/api/v1/photos/"

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def waiting(api: APIClient) -> APIClient:
    api.defaults[CAN_WAIT] = True
    return api


def _settle() -> None:
    dog, version = Label.objects.get(slug="dog"), ModelVersion.objects.get()
    Prediction.objects.update(state=State.DONE, confidence=0.9, label=dog, model_version=version)


def test_a_photo_is_answered_when_it_is_settled(waiting: APIClient, uploader: User) -> None:
    photo = add_photo(uploader)
    wait: Wait = waiting.get(f"{PHOTOS}{photo.id}/?wait=5").wait
    assert (wait.photo_id, wait.timeout_s) == (photo.id, 5)
    assert not wait.is_over()
    _settle()
    assert wait.is_over()
    status, content = wait.finish()
    assert (status, json.loads(content)["state"]) == (200, "done")


def test_an_upload_is_answered_when_it_is_settled(waiting: APIClient) -> None:
    response = waiting.post(f"{PHOTOS}?wait=5", {"image": sent(encoded(picture()))})
    photo = Photo.objects.get()
    assert response["Location"].endswith(f"{PHOTOS}{photo.id}/")
    status, content = response.wait.finish()
    assert (status, json.loads(content)["state"]) == (202, "pending")
    _settle()
    status, content = response.wait.finish()
    assert (status, json.loads(content)["prediction"]["label"]) == (200, "dog")


def test_a_photo_deleted_meanwhile_is_not_found(waiting: APIClient, uploader: User) -> None:
    photo = add_photo(uploader)
    wait: Wait = waiting.get(f"{PHOTOS}{photo.id}/?wait=5").wait
    deletion.delete_photo(photo)
    assert wait.is_over()
    status, content = wait.finish()
    assert (status, json.loads(content)["code"]) == (404, "not_found")


def test_who_does_not_wait_is_answered_at_once(waiting: APIClient, uploader: User) -> None:
    response = waiting.get(f"{PHOTOS}{add_photo(uploader).id}/")
    assert not hasattr(response, "wait")
    assert response.json()["state"] == "pending"
