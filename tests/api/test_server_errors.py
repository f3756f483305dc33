"""What nobody caught is JSON in the API, and a full disk is told as such everywhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.test import Client
from rest_framework.test import APIClient

from recognition.photos import intake, selectors
from recognition.photos.uploads import SpoolUploadHandler
from tests.support.files import encoded, incoming, picture, sent

pytestmark = pytest.mark.usefixtures("version")
PHOTOS = "/api/v1/photos/"
JPEG = encoded(picture())


def failing(error: Exception) -> Callable[..., None]:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    return fail


DISK_FULL = failing(OSError(28, "No space left on device"))
BROKEN = failing(ZeroDivisionError())


@pytest.fixture
def calm_api(uploader: User) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def calm(uploader: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_view_that_breaks_answers_in_json(
    calm_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "photos_visible_to", BROKEN)
    response = calm_api.get(PHOTOS)
    assert (response.status_code, response.json()["code"]) == (500, "error")
    assert "ZeroDivisionError" not in response.text


def test_middleware_that_breaks_answers_in_json(
    calm_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SessionBase, "get", BROKEN)
    response = calm_api.get(PHOTOS)
    assert (response.status_code, response.json()["code"]) == (500, "error")


def test_a_foreign_host_is_told_in_json(calm_api: APIClient) -> None:
    response = calm_api.get(PHOTOS, HTTP_HOST="elsewhere.example")
    assert (response.status_code, response.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("place", [SpoolUploadHandler, intake])
def test_on_a_full_disk_an_upload_is_a_507(
    place: object, language: str, calm_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "receive_data_chunk" if place is SpoolUploadHandler else "_insert_at_once"
    monkeypatch.setattr(place, name, DISK_FULL)
    headers = {"HTTP_ACCEPT_LANGUAGE": language}
    response = calm_api.post(PHOTOS, {"image": sent(JPEG)}, **headers)
    assert (response.status_code, response.json()["code"]) == (507, "disk_full")
    assert response["Content-Type"] == "application/json"
    detail = response.json()["detail"]
    assert detail.isascii() == (language == "en")
    assert incoming() == []


def test_the_same_upload_is_taken_once_there_is_room(
    calm_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(SpoolUploadHandler, "receive_data_chunk", DISK_FULL)
        assert calm_api.post(PHOTOS, {"image": sent(JPEG)}).status_code == 507
    assert calm_api.post(PHOTOS, {"image": sent(JPEG)}).status_code == 202


def test_a_page_says_that_the_disk_is_full(calm: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "open_batch", DISK_FULL)
    response = calm.post("/batches/", {"images": sent(JPEG)})
    assert response.status_code == 507
    assert "No room left" in response.text


def test_the_upload_page_is_told_with_the_same_status(
    calm: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = calm.post("/batches/", headers={"Accept": "application/json"}).json()
    monkeypatch.setattr(SpoolUploadHandler, "receive_data_chunk", DISK_FULL)
    assert calm.post(f"{batch['url']}photos/", {"images": sent(JPEG)}).status_code == 507


def test_other_pages_break_as_before(calm: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "open_batch", BROKEN)
    response = calm.post("/batches/", {"images": sent(JPEG)})
    assert response.status_code == 500
    assert "Something broke on our side" in response.text
