"""Lists of photos: pages and filters; and the labels that people set."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from recognition.models import Batch, Label, Photo
from tests.conftest import api_of
from tests.support.files import encoded, picture
from tests.support.rows import NO_ID, add_photo, settled_photo

pytestmark = pytest.mark.usefixtures("version")
PHOTOS = "/api/v1/photos/"
JPEG = encoded(picture())


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
        settled_photo(uploader)
    client = api_of(User.objects.get(id=uploader.id))
    with django_assert_max_num_queries(4):  # two for permissions
        assert len(ids(client.get(PHOTOS))) == 10


@pytest.mark.parametrize(
    "query", ["state=done", "kind=animal", "label=car", "predicted=dog", "state=done&kind=animal"]
)
def test_a_list_is_narrowed_by(query: str, api: APIClient, uploader: User) -> None:
    wanted = settled_photo(uploader, label=Label.objects.get(slug="car"))
    add_photo(uploader)
    assert ids(api.get(f"{PHOTOS}?{query}")) == [str(wanted.id)]


def test_a_list_is_narrowed_by_batch(api: APIClient, uploader: User) -> None:
    batch = Batch.objects.create(owner=uploader)
    wanted, _ = add_photo(uploader, batch=batch), add_photo(uploader)
    assert ids(api.get(f"{PHOTOS}?batch={batch.id}")) == [str(wanted.id)]


@pytest.mark.parametrize("query", ["label=unicorn", "predicted=unicorn", f"batch={NO_ID}"])
def test_nothing_is_found_by(query: str, api: APIClient, uploader: User) -> None:
    settled_photo(uploader)
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
    photo = settled_photo(uploader)
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


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("taken_after=2026-03-02", ["new.jpg", "2.jpg"]),  # uploaded since, or taken then
        ("taken_before=2026-03-02", ["1.jpg"]),
        ("taken_after=2026-03-01T11:59:00Z&taken_before=2026-03-01T12:01:00Z", ["1.jpg"]),
        ("camera=Canon EOS 80D", ["2.jpg"]),
        ("camera=Canon", []),
    ],
)
def test_photos_are_filtered_by_when_and_with_what_they_were_taken(
    api: APIClient, uploader: User, query: str, names: list[str]
) -> None:
    for day, camera in ((1, None), (2, "Canon EOS 80D")):
        taken = datetime(2026, 3, day, 12, tzinfo=UTC)
        add_photo(uploader, name=f"{day}.jpg", taken_at=taken, camera=camera)
    add_photo(uploader, name="new.jpg")
    results = api.get(f"{PHOTOS}?{query}").json()["results"]
    assert [photo["name"] for photo in results] == names


@pytest.mark.parametrize("value", ["yesterday", "2026-13-01", "9999999-01-01"])
def test_a_time_that_makes_no_sense_is_refused(api: APIClient, value: str) -> None:
    assert api.get(f"{PHOTOS}?taken_after={value}").status_code == 400
