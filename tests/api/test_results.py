"""All results in one request."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from recognition.models import Label
from tests.conftest import api_of
from tests.support.pages import done
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")

ADDRESS = "/api/v1/photos/results.csv"


def rows(client: APIClient, **query: str) -> list[dict[str, str]]:
    response = client.get(ADDRESS, query)
    assert response.status_code == 200
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def test_the_filters_are_those_of_the_list(api: APIClient, uploader: User) -> None:
    car = Label.objects.get(slug="car")
    add_photo(uploader, name="rex.jpg", label=car, **done("dog"))
    add_photo(uploader, name="street.jpg", **done("car"))
    add_photo(uploader, name="new.jpg")
    assert [row["name"] for row in rows(api)] == ["new.jpg", "street.jpg", "rex.jpg"]
    for query in ({"label": "car"}, {"predicted": "dog"}, {"kind": "animal", "state": "done"}):
        [row] = rows(api, **query)
        assert (row["answer"], row["label"], row["version"]) == ("dog", "car", "1")


def test_labels_are_slugs_whatever_the_language(api: APIClient, uploader: User) -> None:
    add_photo(uploader, **done("dog"))
    response = api.get(ADDRESS, headers={"Accept-Language": "zh-hans"})
    assert b",dog,animal," in b"".join(response.streaming_content)


def test_everybody_gets_what_they_may_see(
    api: APIClient, reviewer: User, other_uploader: User
) -> None:
    add_photo(other_uploader, name="theirs.jpg")
    assert rows(api) == []
    assert [row["name"] for row in rows(api_of(reviewer))] == ["theirs.jpg"]


@pytest.mark.parametrize("accept", ["*/*", "text/csv", "text/html,*/*;q=0.8", "application/json"])
def test_it_is_a_table_whatever_is_accepted(api: APIClient, accept: str) -> None:
    response = api.get(ADDRESS, headers={"Accept": accept})
    assert response.streaming
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="ark-results.csv"'


@pytest.mark.parametrize(
    ("query", "status", "code"), [({"state": "nonsense"}, 400, "invalid"), ({}, 401, None)]
)
def test_errors_are_json(api: APIClient, query: dict[str, str], status: int, code: Any) -> None:
    client = api if code else APIClient()
    response = client.get(ADDRESS, query, headers={"Accept": "text/csv"})
    assert response.status_code == status
    assert response.json()["code"] == (code or "not_authenticated")
