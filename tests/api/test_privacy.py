"""What belongs to somebody else is not found, whatever one tries."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from recognition.models import Batch, Photo
from tests.conftest import api_of
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def photo(other_uploader: User) -> Photo:
    """Somebody else's photo, in a batch."""
    return add_photo(other_uploader, batch=Batch.objects.create(owner=other_uploader))


@pytest.mark.parametrize("method", ["get", "head", "delete"])
def test_somebody_elses_photo_is_not_found(method: str, api: APIClient, photo: Photo) -> None:
    response = getattr(api, method)(f"/api/v1/photos/{photo.id}/")
    assert response.status_code == 404
    assert Photo.objects.exists()


def test_it_is_not_told_from_one_that_never_was(api: APIClient, photo: Photo) -> None:
    never = str(photo.id)[:-4] + "0000"
    answers = [api.get(f"/api/v1/photos/{id}/").json() for id in (photo.id, never)]
    assert answers[0] == answers[1]
    assert answers[0]["code"] == "not_found"


def test_nobody_waits_for_somebody_elses_photo(api: APIClient, photo: Photo) -> None:
    assert api.get(f"/api/v1/photos/{photo.id}/?wait=30").status_code == 404


def test_somebody_elses_photos_are_not_listed(api: APIClient, photo: Photo) -> None:
    for query in ("", f"?batch={photo.batch.id}", "?state=pending"):
        assert api.get(f"/api/v1/photos/{query}").json()["results"] == []


def test_somebody_elses_batch_is_not_found(api: APIClient, photo: Photo) -> None:
    response = api.get(f"/api/v1/batches/{photo.batch.id}/")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_reviewer_finds_it(reviewer: User, photo: Photo) -> None:
    client = api_of(reviewer)
    assert client.get(f"/api/v1/photos/{photo.id}/").status_code == 200
    assert client.get(f"/api/v1/batches/{photo.batch.id}/").status_code == 200
    assert len(client.get("/api/v1/photos/").json()["results"]) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "photos/"),
        ("post", "photos/"),
        ("post", "photos/bulk/"),
        ("get", "photos/{photo}/"),
        ("delete", "photos/{photo}/"),
        ("put", "photos/{photo}/label/"),
        ("get", "trash/"),
        ("delete", "trash/{photo}/"),
        ("post", "trash/{photo}/restore/"),
        ("get", "batches/{batch}/"),
        ("get", "labels/"),
        ("get", "models/"),
        ("get", "models/1/"),
    ],
)
def test_a_stranger_must_sign_in(method: str, path: str, photo: Photo) -> None:
    address = "/api/v1/" + path.format(photo=photo.id, batch=photo.batch.id)
    response = getattr(APIClient(), method)(address)
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
    assert response["WWW-Authenticate"] == "Token"
