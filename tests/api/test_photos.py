"""One photo through the API: upload, answer, wait, delete."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pytest_django import Settings
from rest_framework.test import APIClient

from recognition.core import events
from recognition.models import Label, ModelVersion, Photo, Prediction, State
from recognition.people import tokens
from recognition.photos import deletion, intake, selectors
from recognition.predictions import queue
from tests.conftest import api_of
from tests.support.files import encoded, noise, picture, sent
from tests.support.rows import add_photo, answer, broad_photo, settled_photo

pytestmark = pytest.mark.usefixtures("version")
PHOTOS = "/api/v1/photos/"
JPEG = encoded(picture())


# Upload


def test_an_upload_is_answered_with_the_photo(api: APIClient) -> None:
    response = api.post(PHOTOS, {"image": sent(JPEG, "rex.jpg")})
    photo = Photo.objects.get()
    assert response.status_code == 202
    assert response["Location"] == f"http://testserver{PHOTOS}{photo.id}/"
    body = response.json()
    assert body.pop("created").endswith("Z")
    assert body == {
        "id": str(photo.id),
        "name": "rex.jpg",
        "state": "pending",
        "width": 96,
        "height": 64,
        "label": None,
        "prediction": None,
        "error": None,
        "taken_at": None,
        "camera": None,
        "place": None,
    }


def test_a_token_is_enough(uploader: User) -> None:
    _row, token = tokens.make(uploader, "script", tokens.Scope, None, uploader)
    client = APIClient(HTTP_AUTHORIZATION=f"Token {token}")
    assert client.post(PHOTOS, {"image": sent(JPEG)}).status_code == 202


def test_the_same_photo_again_is_answered_alike(api: APIClient) -> None:
    first, again = (api.post(PHOTOS, {"image": sent(JPEG)}) for _ in range(2))
    assert again.status_code == 202
    assert again.json() == first.json()


def test_a_reviewer_may_send_a_label_along(reviewer: User) -> None:
    response = api_of(reviewer).post(PHOTOS, {"image": sent(JPEG), "label": "dog"})
    assert (response.status_code, response.json()["label"]) == (202, "dog")


def test_a_label_sent_with_the_same_photo_again_is_answered(reviewer: User) -> None:
    api_of(reviewer).post(PHOTOS, {"image": sent(JPEG)})
    again = api_of(reviewer).post(PHOTOS, {"image": sent(JPEG), "label": "dog"})
    assert again.json()["label"] == "dog"


def test_the_same_photo_again_is_not_found_if_it_was_deleted_meanwhile(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.post(PHOTOS, {"image": sent(JPEG)})
    accept = intake.accept

    def accept_too_early(*arguments: Any) -> Any:
        outcomes = list(accept(*arguments))
        Photo.objects.all().delete()
        return outcomes

    monkeypatch.setattr(intake, "accept", accept_too_early)
    assert api.post(PHOTOS, {"image": sent(JPEG)}).status_code == 404


def test_an_uploader_may_not_send_a_label(api: APIClient) -> None:
    response = api.post(PHOTOS, {"image": sent(JPEG), "label": "dog"})
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    assert not Photo.objects.exists()


def test_a_label_must_be_known(reviewer: User) -> None:
    response = api_of(reviewer).post(PHOTOS, {"image": sent(JPEG), "label": "unicorn"})
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert not Photo.objects.exists()


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"a letter", 400, "not_an_image"),
        (b"", 400, "not_an_image"),
        (encoded(noise())[:5000], 400, "truncated"),
        (encoded(picture(), "TGA"), 400, "unsupported_format"),
        (encoded(picture(200, 200), "PNG"), 413, "too_many_pixels"),
        (JPEG + bytes(1024 * 1024), 413, "too_large"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(
    content: bytes, status: int, code: str, api: APIClient, settings: Any
) -> None:
    settings.ARK_MAX_UPLOAD_MB, settings.ARK_MAX_PIXELS = 1, 30_000
    response = api.post(PHOTOS, {"image": sent(content)})
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert set(response.json()) == {"code", "detail"}
    assert response.json()["detail"].endswith(".")


def test_a_refusal_speaks_chinese(api: APIClient) -> None:
    response = api.post(PHOTOS, {"image": sent(b"")}, HTTP_ACCEPT_LANGUAGE="zh-hans")
    assert response["Content-Language"] == "zh-hans"


# The answer


def test_a_prediction_has_the_documented_shape(api: APIClient, uploader: User) -> None:
    photo = settled_photo(uploader)
    body = api.get(f"{PHOTOS}{photo.id}/").json()
    assert body["state"] == "done"
    assert body["error"] is None
    assert body["prediction"] == {
        "label": "dog",
        "kind": "animal",
        "confidence": 0.9,
        "is_broad": False,
        "top": [{"label": "dog", "confidence": 0.9}, {"label": "neither", "confidence": 0.05}],
        "fine": "Airedale",
        "model": 1,
        "milliseconds": 12.5,
        "subjects": None,  # this version looks for none
    }


def test_a_failure_says_why(api: APIClient, uploader: User) -> None:
    photo = add_photo(uploader, prediction__state=State.FAILED, prediction__error="truncated")
    body = api.get(f"{PHOTOS}{photo.id}/").json()
    assert (body["state"], body["prediction"]) == ("failed", None)
    assert body["error"]["code"] == "truncated"
    assert body["error"]["detail"].endswith(".")


@pytest.mark.parametrize("state", [State.PENDING, State.RUNNING])
def test_a_photo_that_waits_has_no_prediction_yet(
    state: State, api: APIClient, uploader: User
) -> None:
    photo = add_photo(uploader, prediction__state=state)
    body = api.get(f"{PHOTOS}{photo.id}/").json()
    assert (body["state"], body["prediction"], body["error"]) == (state, None, None)


# Waiting


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Mock:
    wait = Mock()
    monkeypatch.setattr(selectors, "wait_until_settled", wait)
    return wait


@pytest.mark.parametrize(
    ("asked", "waited_s"), [("5", 5), ("0.5", 0.5), ("31", 30), ("1e9", 30), ("inf", 30)]
)
def test_one_waits_thirty_seconds_at_most(
    asked: str, waited_s: float, api: APIClient, uploader: User, waits: Mock
) -> None:
    photo = add_photo(uploader)
    assert api.get(f"{PHOTOS}{photo.id}/?wait={asked}").status_code == 200
    waits.assert_called_once_with(photo.id, waited_s)


@pytest.mark.parametrize("asked", ["0", "-3", "nan"])
def test_one_need_not_wait(asked: str, api: APIClient, uploader: User, waits: Mock) -> None:
    assert api.get(f"{PHOTOS}{add_photo(uploader).id}/?wait={asked}").status_code == 200
    waits.assert_not_called()


def test_one_cannot_wait_for_a_word(api: APIClient, uploader: User) -> None:
    response = api.get(f"{PHOTOS}{add_photo(uploader).id}/?wait=long")
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


@pytest.mark.django_db(transaction=True)
def test_who_waits_is_answered_as_soon_as_it_is_done(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = add_photo(uploader)
    asked = threading.Event()
    wait_for = events.wait_for

    def noted(photo_id: uuid.UUID, is_settled: Any, timeout_s: float) -> None:
        def look() -> bool:
            settled = is_settled()
            asked.set()
            return settled

        wait_for(photo_id, look, timeout_s)

    monkeypatch.setattr(events, "wait_for", noted)
    bodies: list[dict[str, Any]] = []

    def ask() -> None:
        bodies.append(api_of(uploader).get(f"{PHOTOS}{photo.id}/?wait=30").json())
        connection.close()

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    assert asked.wait(60)
    queue.store(queue.claim(ModelVersion.objects.get()), [answer()])
    asking.join(60)
    assert bodies[0]["prediction"]["label"] == "dog"


@pytest.mark.parametrize("state", [State.DONE, State.FAILED])
def test_an_upload_that_waits_is_answered_when_it_is_settled(
    state: State, api: APIClient, waits: Mock
) -> None:
    said = {"label": Label.objects.get(slug="dog"), "model_version": ModelVersion.objects.get()}
    waits.side_effect = lambda *_: Prediction.objects.update(
        state=state, confidence=0.9, error="truncated", **said
    )
    response = api.post(f"{PHOTOS}?wait=5", {"image": sent(JPEG)})
    assert (response.status_code, response.json()["state"]) == (200, state)
    waits.assert_called_once_with(Photo.objects.get().id, 5)


def test_an_upload_whose_time_is_up_is_accepted(api: APIClient, waits: Mock) -> None:
    response = api.post(f"{PHOTOS}?wait=5", {"image": sent(JPEG)})
    assert (response.status_code, response.json()["state"]) == (202, "pending")


def test_an_upload_that_waits_for_a_word_is_not_stored(api: APIClient) -> None:
    response = api.post(f"{PHOTOS}?wait=long", {"image": sent(JPEG)})
    assert response.status_code == 400
    assert not Photo.objects.exists()


def test_a_photo_deleted_while_one_waits_is_not_found(
    api: APIClient, uploader: User, waits: Mock
) -> None:
    photo = add_photo(uploader)
    waits.side_effect = lambda *_: deletion.delete_photo(Photo.objects.get())
    assert api.get(f"{PHOTOS}{photo.id}/?wait=5").status_code == 404


@pytest.mark.usefixtures("no_redis")
def test_one_may_wait_without_redis(api: APIClient, uploader: User) -> None:
    assert api.get(f"{PHOTOS}{settled_photo(uploader).id}/?wait=30").json()["state"] == "done"


# Deletion


@pytest.mark.parametrize("days", [30, 0])
def test_a_deleted_photo_is_gone_and_its_original_is_in_the_trash_if_there_is_one(
    days: int, api: APIClient, settings: Settings, django_capture_on_commit_callbacks: Any
) -> None:
    settings.ARK_TRASH_DAYS = days
    photo_id = api.post(PHOTOS, {"image": sent(JPEG)}).json()["id"]
    path: Path = Photo.objects.get().original_path
    with django_capture_on_commit_callbacks(execute=True):
        response = api.delete(f"{PHOTOS}{photo_id}/")
    assert (response.status_code, response.content) == (204, b"")
    assert path.exists() == bool(days)
    assert not Photo.objects.exists()
    assert not Prediction.objects.exists()
    assert api.get(f"{PHOTOS}{photo_id}/").status_code == 404


def test_who_may_see_a_photo_may_not_yet_delete_it(uploader: User, reviewer: User) -> None:
    photo = add_photo(uploader)
    response = api_of(reviewer).delete(f"{PHOTOS}{photo.id}/")
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    assert Photo.objects.exists()


def test_a_superuser_deletes_any_photo(uploader: User) -> None:
    root = User.objects.create_superuser("root")
    assert api_of(root).delete(f"{PHOTOS}{add_photo(uploader).id}/").status_code == 204


def test_a_broad_answer_says_so(api: APIClient, uploader: User) -> None:
    broad, narrow = broad_photo(uploader), settled_photo(uploader)
    said = {photo["id"]: photo["prediction"] for photo in api.get(PHOTOS).json()["results"]}
    assert (said[str(broad.id)]["label"], said[str(broad.id)]["is_broad"]) == ("car", True)
    assert said[str(narrow.id)]["is_broad"] is False
