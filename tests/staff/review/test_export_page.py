"""The page that gives away what is labelled."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from recognition.models import Label
from recognition.photos import intake
from tests.support.files import arrived, encoded, picture
from tests.support.pages import client_of, text
from tests.support.rows import add_photo

PAGE = reverse("export-photos")


@pytest.fixture(autouse=True)
def _a_dog(uploader: User, version: object) -> None:
    upload = arrived(encoded(picture()), "rex.jpg")
    list(intake.accept([(upload, Label.objects.get(slug="dog"))], uploader))


def download(client: Client, **query: Any) -> bytes:
    response = client.get(PAGE, query)
    assert response["Content-Disposition"].startswith("attachment; filename=")
    return b"".join(response.streaming_content)


def test_the_page_offers_the_labels_that_photos_have(as_reviewer: Client) -> None:
    words = text(as_reviewer.get(PAGE))
    assert "Dog 1" in words
    assert "Taxi" not in words


def test_an_archive(as_reviewer: Client) -> None:
    archive = zipfile.ZipFile(io.BytesIO(download(as_reviewer, format="zip")))
    assert "dog/rex.jpg" in archive.namelist()


def test_yolo(as_reviewer: Client) -> None:
    archive = zipfile.ZipFile(io.BytesIO(download(as_reviewer, format="yolo")))
    assert "dataset.yaml" in archive.namelist()


def test_a_table(as_reviewer: Client) -> None:
    assert b"dog/rex.jpg,dog,rex.jpg" in download(as_reviewer, format="csv")


def test_coco(as_reviewer: Client) -> None:
    coco = json.loads(download(as_reviewer, format="coco"))
    assert [image["file_name"] for image in coco["images"]] == ["dog/rex.jpg"]


@pytest.mark.parametrize(
    ("query", "photos"),
    [
        ({"label": "dog"}, 1),
        ({"label": "car"}, 0),
        ({"label": ["car", "dog"]}, 1),
        ({"kind": "animal"}, 1),
        ({"kind": "vehicle"}, 0),
        ({"since": "2001-01-01", "until": "2001-01-02"}, 0),
        ({"since": "2001-01-01"}, 1),
    ],
)
def test_what_is_chosen(query: dict[str, Any], photos: int, as_reviewer: Client) -> None:
    table = download(as_reviewer, format="csv", **query)
    assert table.count(b"rex.jpg,dog") == photos


@pytest.mark.parametrize(
    "query",
    [
        {"format": "exe"},
        {"format": ""},
        {"format": "csv", "label": "unicorn"},
        {"format": "csv", "label": "\0"},
        {"format": "csv", "kind": "mineral"},
        {"format": "csv", "split": "\0"},
        {"format": "csv", "since": "yesterday"},
        {"format": "csv", "until": "9999-12-31"},
        {"format": "csv", "since": "0001-01-01"},
    ],
)
def test_what_makes_no_sense_is_told(query: dict[str, str], as_reviewer: Client) -> None:
    response = as_reviewer.get(PAGE, query)
    assert response.status_code == 200
    assert "alert" in response.content.decode()


def test_nobody_posts(as_reviewer: Client) -> None:
    assert as_reviewer.post(PAGE, {"format": "zip"}).status_code == 405


def test_who_may_review_but_not_see_all_gets_their_own(reviewer: User) -> None:
    reviewer.user_permissions.add(Permission.objects.get(codename="review"))
    reviewer.groups.clear()
    add_photo(reviewer, label=Label.objects.get(slug="car"), name="mine.jpg")
    client = client_of(reviewer)
    table = download(client, format="csv")
    assert b"mine.jpg" in table
    assert b"rex.jpg" not in table


def test_others_do_not_enter(reviewer: User, uploader: User) -> None:
    reviewer.groups.clear()
    for client in (client_of(reviewer), client_of(uploader), Client()):
        assert client.get(PAGE, {"format": "zip"}).status_code == 302  # to sign in
