"""A database that somebody else holds for too long is a 503 that says when to come again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.db import ConnectionHandler, OperationalError, connection
from django.urls import reverse
from rest_framework.test import APIClient

from recognition.files.bucket import BucketAway
from recognition.models import Photo
from recognition.photos import intake
from tests.conftest import api_of
from tests.support.files import encoded, picture, sent
from tests.support.instance import free_port
from tests.support.pages import client_of, text
from tests.support.rows import add_photo
from webapp import busy

UPLOAD = encoded(picture())


def locked() -> OperationalError:
    error = OperationalError("database is locked")
    error.__cause__ = sqlite3.OperationalError("database is locked")
    error.__cause__.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error


def told_by_postgresql(state: str) -> OperationalError:
    error = OperationalError()
    error.__cause__ = Exception()
    error.__cause__.sqlstate = state
    return error


@contextmanager
def held() -> Iterator[None]:
    """Inside, somebody else writes, and nobody waits for them."""
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(name, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 30000")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks rows")
def test_an_upload_while_somebody_else_writes_is_told_to_come_again(
    version: object, uploader: User
) -> None:
    api = api_of(uploader)
    with held():
        response = api.post("/api/v1/photos/", {"image": sent(UPLOAD)})
    assert (response.status_code, response.json()["code"]) == (503, "busy")
    assert int(response["Retry-After"]) > 0
    assert not Photo.objects.exists()
    assert api.post("/api/v1/photos/", {"image": sent(UPLOAD)}).status_code == 202


@pytest.mark.usefixtures("version")
def test_a_page_says_so_in_words(uploader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = add_photo(uploader)
    monkeypatch.setattr("recognition.photos.deletion._delete", Mock(side_effect=locked()))
    response = client_of(uploader).post(reverse("delete-photo", args=[photo.id]))
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert "Nothing was changed; try again" in text(response)


@pytest.mark.usefixtures("version")
def test_who_asks_for_json_gets_it(uploader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "open_batch", Mock(side_effect=locked()))
    accepts = {"HTTP_ACCEPT": "application/json"}
    response = client_of(uploader).post(reverse("open-batch"), **accepts)
    assert (response.status_code, response.json()["code"]) == (503, "busy")


def test_so_it_is_outside_of_views(uploader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as when the session is stored."""
    client = client_of(uploader)
    client.raise_request_exception = False
    store = "django.contrib.sessions.middleware.SessionMiddleware.process_response"
    monkeypatch.setattr(store, Mock(side_effect=locked()))
    assert client.get(reverse("history")).status_code == 503


def test_other_failures_stay_what_they_are(uploader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    api = APIClient(raise_request_exception=False)
    api.force_authenticate(uploader)
    gone = Mock(side_effect=OperationalError("no such table"))
    monkeypatch.setattr("recognition.api.photos.selectors.photos_visible_to", gone)
    assert api.get("/api/v1/photos/").status_code == 500


@pytest.mark.parametrize("state", ["40P01", "55P03"])
def test_postgresql_says_it_by_a_state(state: str) -> None:
    error = told_by_postgresql(state)
    assert busy.is_busy(error)
    assert not busy.is_unreachable(error)
    assert not busy.is_busy(ValueError())


def unreachable() -> OperationalError:
    """PostgreSQL's, where nothing listens."""
    nowhere = {"ENGINE": "django.db.backends.postgresql", "NAME": "ark", "HOST": "127.0.0.1"}
    database = ConnectionHandler({"default": {**nowhere, "PORT": free_port()}})["default"]
    with pytest.raises(OperationalError) as raised:
        database.ensure_connection()
    return raised.value


def test_a_database_that_is_away_is_told_in_words(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "accept", Mock(side_effect=unreachable()))
    response = api_of(uploader).post("/api/v1/photos/", {"image": sent(UPLOAD)})
    assert (response.status_code, response.json()["code"]) == (503, "busy")
    assert "cannot reach its database" in response.json()["detail"]


@pytest.mark.parametrize("state", ["08006", "53300", "57P01", "57P03"])
def test_a_lost_connection_is_told_by_its_state(state: str) -> None:
    error = told_by_postgresql(state)
    assert busy.is_unreachable(error)
    assert not busy.is_busy(error)


def test_other_errors_of_postgresql_do_not_count_as_lost() -> None:
    assert not busy.is_unreachable(told_by_postgresql("57014"))  # query_canceled
    assert not busy.is_unreachable(locked())


def test_a_bucket_that_is_away_is_told_in_the_same_way(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "accept", Mock(side_effect=BucketAway("no answer")))
    response = api_of(uploader).post("/api/v1/photos/", {"image": sent(UPLOAD)})
    assert (response.status_code, response.json()["code"]) == (503, "busy")
