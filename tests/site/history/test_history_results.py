"""From History, all that its filters find can be taken along."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from recognition.models import State
from tests.support.pages import done
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")


def rows(response: HttpResponse) -> list[dict[str, str]]:
    assert response.status_code == 200
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def names(client: Client, **query: str) -> list[str]:
    return [row["name"] for row in rows(client.get(reverse("history-results"), query))]


def test_the_filters_hold(client: Client, uploader: User) -> None:
    add_photo(uploader, name="rex.jpg", **done("dog", 0.97))
    add_photo(uploader, name="street.png", **done("car", 0.55))
    add_photo(uploader, name="new.heic", prediction__state=State.PENDING)
    assert names(client) == ["new.heic", "street.png", "rex.jpg"]
    assert names(client, kind="animal") == ["rex.jpg"]
    assert names(client, confidence="low") == ["street.png"]
    assert names(client, text="REX", after="nonsense", kind="nonsense") == ["rex.jpg"]


def test_the_link_has_the_filters(client: Client, uploader: User) -> None:
    add_photo(uploader, **done("dog"))
    html = client.get(reverse("history"), {"kind": "animal", "label": ""}).content.decode()
    [address] = re.findall(r'href="([^"]*results.csv[^"]*)"', html)
    assert address == "/history/results.csv?kind=animal"


def test_without_photos_there_is_no_link(client: Client) -> None:
    assert "results.csv" not in client.get(reverse("history")).content.decode()


def test_it_is_a_file(client: Client, uploader: User) -> None:
    response = client.get(reverse("history-results"))
    assert response.streaming
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="ark-results.csv"'


def test_labels_speak_the_readers_language(client: Client, uploader: User) -> None:
    add_photo(uploader, **done("dog"))
    chinese = {"Accept-Language": "zh-hans"}
    [row] = rows(client.get(reverse("history-results"), headers=chinese))
    assert (row["answer"], row["kind"], row["state"]) == ("狗", "animal", "done")


def test_everybody_gets_their_own_and_staff_may_get_all(
    client: Client, reviewer_client: Client, uploader: User, other_uploader: User
) -> None:
    add_photo(uploader, name="mine.jpg")
    add_photo(other_uploader, name="theirs.jpg")
    assert names(client, whose="everybody") == ["mine.jpg"]
    assert names(reviewer_client) == []
    assert names(reviewer_client, whose="everybody") == ["theirs.jpg", "mine.jpg"]


def test_strangers_sign_in_first(db: None) -> None:
    assert Client().get(reverse("history-results")).status_code == 302
