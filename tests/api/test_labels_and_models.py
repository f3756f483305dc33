"""What there is to choose from: labels, and versions of the network."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from recognition.models import Label, ModelVersion
from recognition.versions.registry import register
from tests.conftest import api_of
from tests.support.rows import manifest

pytestmark = pytest.mark.usefixtures("version")


def test_labels_are_listed_with_kind_and_parent(api: APIClient) -> None:
    labels = {label["slug"]: label for label in api.get("/api/v1/labels/").json()}
    assert set(labels) == {"dog", "car", "taxi", "neither"}
    assert labels["taxi"] == {
        "slug": "taxi",
        "name": "Taxi",
        "kind": "vehicle",
        "parent": "car",
    }
    assert labels["dog"]["parent"] is None


def test_labels_are_named_in_the_readers_language(api: APIClient) -> None:
    labels = api.get("/api/v1/labels/", HTTP_ACCEPT_LANGUAGE="zh-hans").json()
    assert "狗" in [label["name"] for label in labels]


def test_retired_labels_are_not_listed(api: APIClient) -> None:
    Label.objects.filter(slug="dog").update(active=False)
    assert "dog" not in [label["slug"] for label in api.get("/api/v1/labels/").json()]


SUV = {"slug": "suv", "name_en": "SUV", "name_zh": "越野车", "parent": "car"}


def test_a_reviewer_adds_a_label(reviewer: User) -> None:
    response = api_of(reviewer).post("/api/v1/labels/", SUV, format="json")
    assert response.status_code == 201
    assert response.json() == {"slug": "suv", "name": "SUV", "kind": "vehicle", "parent": "car"}
    assert Label.objects.get(slug="suv").name_zh == "越野车"


def test_one_name_serves_for_both(reviewer: User) -> None:
    body = {"slug": "boat", "name": "Boat", "kind": "vehicle"}
    assert api_of(reviewer).post("/api/v1/labels/", body, format="json").status_code == 201
    label = Label.objects.get(slug="boat")
    assert (label.name_en, label.name_zh, label.parent) == ("Boat", "Boat", None)


def test_an_uploader_adds_no_label(api: APIClient) -> None:
    response = api.post("/api/v1/labels/", SUV, format="json")
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")


def test_a_stranger_adds_no_label() -> None:
    response = APIClient().post("/api/v1/labels/", SUV, format="json")
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "dog"}, "slug"),
        ({"slug": "no slug"}, "slug"),
        ({"slug": None}, "slug"),
        ({"name_en": ""}, "name_en"),
        ({"name_en": "a\0b"}, "name_en"),
        ({"name_en": "long" * 50}, "name_en"),
        ({"name_en": ["a", "list"]}, "name_en"),
        ({"kind": "mineral"}, "kind"),
        ({"kind": "animal"}, "parent"),
        ({"parent": "unicorn"}, "parent"),
        ({"parent": {"slug": "car"}}, "parent"),
        ({"parent": None}, "kind"),
    ],
)
def test_a_label_that_is_wrong_is_refused(
    change: dict[str, object], field: str, reviewer: User
) -> None:
    response = api_of(reviewer).post("/api/v1/labels/", {**SUV, **change}, format="json")
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert field in response.json()["fields"]


@pytest.mark.parametrize("body", [[], [1], "text", None, 7])
def test_what_is_no_label_at_all_is_refused(body: object, reviewer: User) -> None:
    response = api_of(reviewer).post("/api/v1/labels/", body, format="json")
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_versions_are_listed_newest_first_with_the_live_one_marked(api: APIClient) -> None:
    register(2, manifest(name="Other"))
    versions = api.get("/api/v1/models/").json()
    assert [(v["number"], v["live"]) for v in versions] == [(2, False), (1, True)]
    assert set(versions[0]) == {
        *("number", "name", "network", "view", "live", "labels", "metrics", "created")
    }


def test_a_version_is_found_by_its_number(api: APIClient) -> None:
    ModelVersion.objects.update(metrics={"accuracy": 0.9})
    version = api.get("/api/v1/models/1/").json()
    assert (version["name"], version["metrics"]) == ("Small", {"accuracy": 0.9})
    assert version["labels"] == ["dog", "car", "taxi", "neither"]


@pytest.mark.parametrize("number", ["2", "0", "-1", "one", "9" * 40, "1.0"])
def test_a_version_that_is_not_there_is_not_found(number: str, api: APIClient) -> None:
    response = api.get(f"/api/v1/models/{number}/")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("parent", ["a\0b", "nobody", ["dog"], {}, 1.5])
def test_a_parent_that_makes_no_sense_is_refused(parent: object, reviewer: User) -> None:
    body = {"slug": "cat", "name": "Cat", "parent": parent}
    response = api_of(reviewer).post(
        "/api/v1/labels/", json.dumps(body), content_type="application/json"
    )
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["parent"]


@pytest.mark.parametrize("kind", ["a\0b", "mineral", 1, ["animal"]])
def test_a_kind_that_makes_no_sense_is_refused(kind: object, reviewer: User) -> None:
    body = {"slug": "cat", "name": "Cat", "kind": kind}
    response = api_of(reviewer).post("/api/v1/labels/", body, format="json")
    assert response.status_code == 400
    assert response.json()["fields"] == {"kind": ["There is no such kind."]}


def test_a_label_needs_no_slug(reviewer: User) -> None:
    for name, slug in [("Red Panda", "red-panda"), ("C++", "c-cedb1b"), ("越野车", "label-5d054f")]:
        body = {"name": name, "kind": "other"}
        response = api_of(reviewer).post("/api/v1/labels/", body, format="json")
        assert (response.status_code, response.json()["slug"]) == (201, slug)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"name_en": "DOG"}, {"name_en"}),
        ({"name_zh": "狗"}, {"name_zh"}),
        ({"slug": "Dog"}, {"slug"}),
        ({"name_en": "\u3164"}, {"name_en"}),
    ],
)
def test_what_another_label_is_called_is_refused(
    reviewer: User, change: dict[str, str], fields: set[str]
) -> None:
    response = api_of(reviewer).post("/api/v1/labels/", {**SUV, **change}, format="json")
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert set(response.json()["fields"]) == fields
