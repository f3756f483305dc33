"""One photo through the API: upload, answer, list, delete."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.db import connection
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from recognition import doorbell, prediction, removal, selectors
from recognition.models import Batch, Label, ModelVersion, Photo, Prediction, State
from tests.conftest import api_of
from tests.files import encoded, noise, picture, sent
from tests.rows import add_photo, answer

pytestmark = pytest.mark.usefixtures("version")
PHOTOS = "/api/v1/photos/"
JPEG = encoded(picture())


def settle(owner: User, **fields: Any) -> Photo:
    photo = add_photo(owner, **fields)
    prediction.store(prediction.claim(ModelVersion.objects.get(live=True)), [answer()])
    return photo


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
    }


def test_a_token_is_enough(uploader: User) -> None:
    client = APIClient(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=uploader).key}")
    assert client.post(PHOTOS, {"image": sent(JPEG)}).status_code == 202


def test_the_same_photo_again_is_answered_alike(api: APIClient) -> None:
    first, again = (api.post(PHOTOS, {"image": sent(JPEG)}) for _ in range(2))
    assert again.status_code == 202
    assert again.json() == first.json()


def test_a_reviewer_may_send_a_label_along(reviewer: User) -> None:
    response = api_of(reviewer).post(PHOTOS, {"image": sent(JPEG), "label": "dog"})
    assert (response.status_code, response.json()["label"]) == (202, "dog")


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
    photo = settle(uploader)
    body = api.get(f"{PHOTOS}{photo.id}/").json()
    assert body["state"] == "done"
    assert body["error"] is None
    assert body["prediction"] == {
        "label": "dog",
        "kind": "animal",
        "confidence": 0.9,
        "top": [{"label": "dog", "confidence": 0.9}, {"label": "neither", "confidence": 0.05}],
        "fine": "Airedale",
        "model": 1,
        "milliseconds": 12.5,
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
    wait_for = doorbell.wait_for

    def noted(photo_id: uuid.UUID, is_settled: Any, timeout_s: float) -> None:
        def look() -> bool:
            settled = is_settled()
            asked.set()
            return settled

        wait_for(photo_id, look, timeout_s)

    monkeypatch.setattr(doorbell, "wait_for", noted)
    bodies: list[dict[str, Any]] = []

    def ask() -> None:
        bodies.append(api_of(uploader).get(f"{PHOTOS}{photo.id}/?wait=30").json())
        connection.close()

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    assert asked.wait(20)
    prediction.store(prediction.claim(ModelVersion.objects.get()), [answer()])
    asking.join(20)
    assert bodies[0]["prediction"]["label"] == "dog"


def test_a_photo_deleted_while_one_waits_is_not_found(
    api: APIClient, uploader: User, waits: Mock
) -> None:
    photo = add_photo(uploader)
    waits.side_effect = lambda *_: removal.delete_photo(Photo.objects.get())
    assert api.get(f"{PHOTOS}{photo.id}/?wait=5").status_code == 404


@pytest.mark.usefixtures("no_redis")
def test_one_may_wait_without_redis(api: APIClient, uploader: User) -> None:
    assert api.get(f"{PHOTOS}{settle(uploader).id}/?wait=30").json()["state"] == "done"


# Lists


def ids(response: Any) -> list[str]:
    assert response.status_code == 200
    return [photo["id"] for photo in response.json()["results"]]


def test_photos_are_listed_newest_first(api: APIClient, uploader: User) -> None:
    photos = [add_photo(uploader) for _ in range(3)]
    assert ids(api.get(PHOTOS)) == [str(photo.id) for photo in reversed(photos)]


def test_pages_lead_to_each_other(api: APIClient, uploader: User) -> None:
    photos = {str(add_photo(uploader).id) for _ in range(5)}
    seen: list[str] = []
    page: str | None = f"{PHOTOS}?page_size=2"
    while page:
        response = api.get(page)
        seen += ids(response)
        page = response.json()["next"]
    assert len(seen) == 5
    assert set(seen) == photos


def test_a_page_has_fifty_photos_and_two_hundred_at_most(api: APIClient, uploader: User) -> None:
    for _ in range(201):
        add_photo(uploader)
    assert len(ids(api.get(PHOTOS))) == 50
    assert len(ids(api.get(f"{PHOTOS}?page_size=1000"))) == 200


def test_a_list_takes_the_same_few_queries_however_long(
    uploader: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        settle(uploader)
    client = api_of(User.objects.get(id=uploader.id))
    with django_assert_max_num_queries(3):  # two for permissions
        assert len(ids(client.get(PHOTOS))) == 10


@pytest.mark.parametrize(
    "query", ["state=done", "kind=animal", "label=car", "predicted=dog", "state=done&kind=animal"]
)
def test_a_list_is_narrowed_by(query: str, api: APIClient, uploader: User) -> None:
    wanted = settle(uploader, label=Label.objects.get(slug="car"))
    add_photo(uploader)
    assert ids(api.get(f"{PHOTOS}?{query}")) == [str(wanted.id)]


def test_a_list_is_narrowed_by_batch(api: APIClient, uploader: User) -> None:
    batch = Batch.objects.create(owner=uploader)
    wanted, _ = add_photo(uploader, batch=batch), add_photo(uploader)
    assert ids(api.get(f"{PHOTOS}?batch={batch.id}")) == [str(wanted.id)]


@pytest.mark.parametrize("query", ["label=unicorn", "predicted=unicorn", f"batch={uuid.uuid4()}"])
def test_nothing_is_found_by(query: str, api: APIClient, uploader: User) -> None:
    settle(uploader)
    assert ids(api.get(f"{PHOTOS}?{query}")) == []


@pytest.mark.parametrize(
    "query", ["state=happy", "kind=plant", "label=a%00b", "predicted=%F0%9F%90%95", "batch=7"]
)
def test_a_filter_that_makes_no_sense_is_refused(query: str, api: APIClient) -> None:
    response = api.get(f"{PHOTOS}?{query}")
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert query.split("=")[0] in response.json()["fields"]


# Labels


def test_a_reviewer_sets_a_label(uploader: User, reviewer: User) -> None:
    photo = settle(uploader)
    client = api_of(reviewer)
    response = client.put(f"{PHOTOS}{photo.id}/label/", {"label": "car"}, format="json")
    assert response.status_code == 200
    assert response.json() == client.get(f"{PHOTOS}{photo.id}/").json()
    assert (response.json()["label"], response.json()["prediction"]["label"]) == ("car", "dog")
    assert Photo.objects.get().labelled_by == reviewer


def test_an_uploader_sets_no_label_even_on_ones_own_photo(api: APIClient, uploader: User) -> None:
    photo = add_photo(uploader)
    response = api.put(f"{PHOTOS}{photo.id}/label/", {"label": "car"}, format="json")
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    assert Photo.objects.get().label is None


@pytest.mark.parametrize(
    "body", [{"label": "unicorn"}, {"label": None}, {"label": 7}, {"label": ["car"]}, {}, [], "car"]
)
def test_a_label_that_is_none_is_refused(body: Any, uploader: User, reviewer: User) -> None:
    path = f"{PHOTOS}{add_photo(uploader).id}/label/"
    response = api_of(reviewer).put(path, body, format="json")
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_a_retired_label_is_refused(uploader: User, reviewer: User) -> None:
    Label.objects.filter(slug="car").update(active=False)
    path = f"{PHOTOS}{add_photo(uploader).id}/label/"
    assert api_of(reviewer).put(path, {"label": "car"}, format="json").status_code == 400


# Deletion


def test_a_deleted_photo_is_gone_with_its_files(
    api: APIClient, django_capture_on_commit_callbacks: Any
) -> None:
    photo_id = api.post(PHOTOS, {"image": sent(JPEG)}).json()["id"]
    path: Path = Photo.objects.get().original_path
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        response = api.delete(f"{PHOTOS}{photo_id}/")
    assert (response.status_code, response.content) == (204, b"")
    assert not path.exists()
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
