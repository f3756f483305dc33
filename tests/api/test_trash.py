"""The trash through the API."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from recognition.models import Label, Photo, TrashedPhoto
from tests.conftest import api_of
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")
PHOTOS, TRASH = "/api/v1/photos/", "/api/v1/trash/"


@pytest.fixture
def photo(uploader: User) -> Photo:
    """In the trash."""
    photo = add_photo(uploader, name="rex.jpg", label=Label.objects.get(slug="dog"))
    photo.original_path.parent.mkdir(parents=True, exist_ok=True)
    photo.original_path.write_bytes(b"pixels")
    assert api_of(uploader).delete(f"{PHOTOS}{photo.id}/").status_code == 204
    return photo


def test_it_is_listed_with_its_end(api: APIClient, photo: Photo) -> None:
    [row] = api.get(TRASH).json()["results"]
    assert (row["id"], row["name"], row["label"]) == (str(photo.id), "rex.jpg", "dog")
    assert row["trashed"] < row["expires"]


def test_it_is_restored_and_twice_is_once(api: APIClient, photo: Photo) -> None:
    for _ in range(2):
        response = api.post(f"{TRASH}{photo.id}/restore/")
        assert (response.status_code, response.json()["label"]) == (200, "dog")
    assert api.get(f"{PHOTOS}{photo.id}/").json()["state"] == "pending"
    assert api.get(TRASH).json()["results"] == []


def test_it_is_deleted_for_ever(api: APIClient, photo: Photo) -> None:
    assert api.delete(f"{TRASH}{photo.id}/").status_code == 204
    assert api.delete(f"{TRASH}{photo.id}/").status_code == 404
    assert api.post(f"{TRASH}{photo.id}/restore/").status_code == 404
    assert not photo.original_path.exists()


def test_the_same_file_again_stands_in_the_way(
    api: APIClient, uploader: User, photo: Photo
) -> None:
    add_photo(uploader, sha256=photo.sha256)
    response = api.post(f"{TRASH}{photo.id}/restore/")
    assert (response.status_code, response.json()["code"]) == (409, "uploaded_again")
    photo.original_path.unlink()
    Photo.objects.all().delete()
    response = api.post(f"{TRASH}{photo.id}/restore/")
    assert (response.status_code, response.json()["code"]) == (409, "original_gone")


@pytest.mark.parametrize("path", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_what_is_not_there_is_not_found(api: APIClient, path: str) -> None:
    assert api.post(f"{TRASH}{path}/restore/").status_code == 404
    assert api.delete(f"{TRASH}{path}/").status_code == 404


def test_somebody_elses_is_not_found(other_uploader: User, reviewer: User, photo: Photo) -> None:
    for person in (other_uploader, reviewer):
        api = api_of(person)
        assert api.get(f"{TRASH}?whose=everybody").json()["results"] == []
        assert api.post(f"{TRASH}{photo.id}/restore/").status_code == 404
        assert api.delete(f"{TRASH}{photo.id}/").status_code == 404
    assert TrashedPhoto.objects.exists()


def test_who_may_delete_any_photo_may_restore_it(photo: Photo) -> None:
    api = api_of(User.objects.create_superuser("root"))
    assert api.get(TRASH).json()["results"] == []
    assert len(api.get(f"{TRASH}?whose=everybody").json()["results"]) == 1
    assert api.post(f"{TRASH}{photo.id}/restore/").status_code == 200


def test_pages(api: APIClient, uploader: User) -> None:
    for _ in range(3):
        api.delete(f"{PHOTOS}{add_photo(uploader).id}/")
    first = api.get(f"{TRASH}?page_size=2").json()
    rest = api.get(first["next"]).json()
    assert len({row["id"] for page in (first, rest) for row in page["results"]}) == 3
