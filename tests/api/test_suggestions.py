"""Owners answer back."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from recognition.labels import labelling, tree
from recognition.models import Label, Photo, Suggestion, Via
from tests.conftest import api_of
from tests.support.rows import NO_ID, add_photo, settled_photo

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def photo(uploader: User) -> Photo:
    """A photo that the network calls a dog."""
    return settled_photo(uploader)


def address(photo: Photo, suggestion: str = "") -> str:
    return f"/api/v1/photos/{photo.id}/suggestions/{suggestion and suggestion + '/'}"


def say(client: APIClient, photo: Photo, **body: Any) -> Any:
    return client.post(address(photo), {"kind": "wrong", "label": "car", **body}, format="json")


def test_it_is_stored_and_waits(api: APIClient, photo: Photo) -> None:
    response = say(api, photo, box=[0, 0, 0.5, 1])
    body = response.json()
    assert response.status_code == 201
    assert body.pop("created").endswith("Z")
    assert body == {
        "id": str(Suggestion.objects.get().id),
        "kind": "wrong",
        "label": "car",
        "box": [0, 0, 0.5, 1],
        "outcome": "open",
        "decided": None,
    }


def test_the_same_again_is_the_same(api: APIClient, photo: Photo) -> None:
    assert say(api, photo).json() == say(api, photo, box=None).json()
    assert Suggestion.objects.count() == 1


def test_one_reads_what_became_of_it(api: APIClient, reviewer: User, photo: Photo) -> None:
    say(api, photo)
    say(api, photo, kind="another", label="taxi")
    labelling.decide(photo.id, Label.objects.get(slug="car"), reviewer, Via.API)
    found = api.get(address(photo)).json()
    assert [(one["kind"], one["outcome"]) for one in found] == [
        ("another", "declined"),
        ("wrong", "confirmed"),
    ]
    assert all(one["decided"] for one in found)


def test_it_can_be_withdrawn(api: APIClient, photo: Photo) -> None:
    made = say(api, photo).json()["id"]
    assert api.delete(address(photo, made)).status_code == 204
    assert api.get(address(photo)).json() == []
    assert api.delete(address(photo, made)).status_code == 404


def test_what_is_decided_is_not_withdrawn(api: APIClient, reviewer: User, photo: Photo) -> None:
    made = say(api, photo).json()["id"]
    labelling.decide(photo.id, Label.objects.get(slug="dog"), reviewer, Via.API)
    response = api.delete(address(photo, made))
    assert (response.status_code, response.json()["code"]) == (409, "settled")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "nonsense"}, "kind"),
        ({"label": "unicorn"}, "label"),
        ({"label": None}, "label"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_makes_no_sense_is_refused(
    api: APIClient, photo: Photo, body: dict[str, Any], field: str
) -> None:
    response = say(api, photo, **body)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert field in response.json()["fields"]
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize(
    "box",
    [[0, 0, 2, 1], [0.5, 0, 0.4, 1], "everywhere", [1], [0, 0, 1, 10**18]],
    ids=["outside", "turned", "text", "short", "huge"],
)
def test_a_box_must_be_one(api: APIClient, photo: Photo, box: Any) -> None:
    response = say(api, photo, box=box)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_box")
    assert not Suggestion.objects.exists()


def test_what_cannot_be_said_has_a_code(api: APIClient, uploader: User, photo: Photo) -> None:
    response = say(api, photo, label="dog")
    assert (response.status_code, response.json()["code"]) == (409, "is_the_answer")
    response = say(api, add_photo(uploader))
    assert (response.status_code, response.json()["code"]) == (409, "not_answered")
    tree.set_active(Label.objects.get(slug="car"), False)
    assert say(api, photo).json()["fields"] == {"label": ["There is no such label."]}


def test_somebody_elses_photo_is_not_found(photo: Photo, other_uploader: User) -> None:
    other = api_of(other_uploader)
    assert say(other, photo).status_code == 404
    assert other.get(address(photo)).status_code == 404
    assert other.delete(address(photo, NO_ID)).status_code == 404


def test_a_reviewer_reads_but_only_the_owner_says(
    api: APIClient, reviewer: User, photo: Photo
) -> None:
    made = say(api, photo).json()["id"]
    client = api_of(reviewer)
    assert [one["id"] for one in client.get(address(photo)).json()] == [made]
    assert say(client, photo).status_code == 404
    assert client.delete(address(photo, made)).status_code == 404


def test_strangers_sign_in_first(photo: Photo) -> None:
    for method in ("get", "post"):
        assert getattr(APIClient(), method)(address(photo)).status_code == 401
