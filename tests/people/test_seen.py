"""When somebody was last seen is known to some minutes, and costs nothing meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from recognition.models import Profile
from recognition.people import seen
from tests.support.pages import client_of
from tests.support.tokens import token_of

HOME = reverse("home")


pytestmark = pytest.mark.usefixtures("people_are_seen")


def last_seen(user: User) -> object:
    return Profile.objects.get(user=user).last_seen


def test_on_a_page(uploader: User) -> None:
    client_of(uploader).get(HOME)
    assert last_seen(uploader) >= timezone.now() - timedelta(minutes=1)


def test_by_a_program(uploader: User) -> None:
    token = token_of(uploader)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    client.get("/api/v1/photos/")
    assert last_seen(uploader) >= timezone.now() - timedelta(minutes=1)


def test_it_is_written_once_in_a_while(
    uploader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    seen.note(uploader)
    before = last_seen(uploader)
    with django_assert_num_queries(0):
        seen.note(uploader)
    seen._written_s.clear()  # as in another process
    seen.note(uploader)
    assert last_seen(uploader) == before
    long_ago = timezone.now() - timedelta(minutes=6)
    Profile.objects.update(last_seen=long_ago)
    seen._written_s.clear()
    seen.note(uploader)
    assert last_seen(uploader) > long_ago


def test_a_page_that_asks_nothing_of_who_is_there_asks_nothing_of_the_database(
    uploader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(uploader)
    with django_assert_num_queries(0):
        client.get("/healthz")


def test_strangers_leave_nothing_behind(db: None) -> None:
    Client().get(reverse("login"))
    assert not Profile.objects.exists()


def test_a_database_that_cannot_write_spoils_no_answer(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(user: User) -> None:
        raise DatabaseError

    monkeypatch.setattr(seen, "_write", locked)
    assert client_of(uploader).get(HOME).status_code == 200
