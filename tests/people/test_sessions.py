"""How long sessions last, and their end."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from recognition.core import audit
from recognition.models import AuditEvent, Profile
from recognition.people.authentication import sessions
from tests.support.pages import text

HOUR_S = 3600


@pytest.fixture
def browser(uploader: User) -> Client:
    return signed_in()


def signed_in() -> Client:
    client = Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"})
    client.post(reverse("login"), {"username": "ursula", "password": "a long passphrase"})
    return client


def age(client: Client, key: str, hours: float) -> None:
    session = client.session
    session[key] -= int(hours * HOUR_S)
    session.save()


def test_an_idle_session_ends(browser: Client) -> None:
    age(browser, sessions._SEEN, 13)
    response = browser.get(reverse("history"))
    assert response.url.startswith("/sign-in/")
    assert response["Clear-Site-Data"] == '"cache"'
    assert not Session.objects.filter(expire_date__isnull=False).exclude(session_data="").exists()


def test_a_session_in_use_goes_on(browser: Client) -> None:
    for _ in range(3):
        age(browser, sessions._SEEN, 11)
        assert browser.get(reverse("history")).status_code == 200


def test_no_session_lasts_longer_than_two_weeks(browser: Client) -> None:
    age(browser, sessions._BEGAN, 14 * 24 + 1)
    assert browser.get(reverse("history")).status_code == 302
    assert AuditEvent.objects.filter(action=audit.Action.SESSION_ENDED).exists()


def test_looking_costs_no_query_and_seldom_a_write(
    browser: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser.get(reverse("how-it-works"))
    with django_assert_num_queries(2):  # the session and the user
        browser.get(reverse("how-it-works"))


@pytest.mark.usefixtures("people_are_seen")
def test_being_there_is_noted(browser: Client, uploader: User) -> None:
    age(browser, sessions._SEEN, 1)
    before = time.time()
    browser.get(reverse("history"))
    assert Profile.objects.get(user=uploader).last_seen.timestamp() >= before - 1
    assert UserSession.objects.get().last_seen_at.timestamp() >= before - 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks no whole database")
def test_who_looks_does_not_wait_until_it_can_be_noted(browser: Client) -> None:
    age(browser, sessions._SEEN, 1)
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
        other.execute("BEGIN IMMEDIATE")
        assert browser.get(reverse("history")).status_code == 200
        other.rollback()


def test_a_session_from_before_an_upgrade_goes_on(uploader: User) -> None:
    client = Client()
    client.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    del session[sessions._BEGAN], session[sessions._SEEN]
    session.save()
    assert client.get(reverse("history")).status_code == 200
    assert UserSession.objects.count() == 1


def test_another_browser_is_signed_out_from_here(browser: Client) -> None:
    other = signed_in()
    page = text(browser.get(reverse("usersessions_list")))
    assert page.count("Firefox on Windows") == 2
    key = other.session.session_key
    browser.post(reverse("end-session", args=[UserSession.objects.get(session_key=key).id]))
    assert other.get(reverse("history")).status_code == 302
    assert browser.get(reverse("history")).status_code == 200


def test_all_others_at_once(browser: Client) -> None:
    others = [signed_in() for _ in range(2)]
    browser.post(reverse("end-other-sessions"))
    assert [other.get(reverse("history")).status_code for other in others] == [302, 302]
    assert AuditEvent.objects.filter(action=audit.Action.SESSION_ENDED).count() == 2


def test_nobody_ends_somebody_elses(browser: Client, other_uploader: User) -> None:
    client = Client()
    client.force_login(other_uploader, backend="django.contrib.auth.backends.ModelBackend")
    session = UserSession.objects.get()
    assert client.post(reverse("end-session", args=[session.id])).status_code == 404
    assert browser.get(reverse("history")).status_code == 200


def test_signing_out_clears_what_the_browser_keeps(browser: Client) -> None:
    response = browser.post(reverse("logout"))
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert "data-just-signed-out" in browser.get(reverse("signed-out")).content.decode()
    assert "data-just-signed-out" not in browser.get(reverse("signed-out")).content.decode()


def test_the_admins_way_out_is_the_same(browser: Client) -> None:
    assert "Clear-Site-Data" in browser.post("/admin/logout/")


def test_signing_in_and_out_stand_in_the_audit_log(browser: Client) -> None:
    browser.post(reverse("logout"))
    events = AuditEvent.objects.order_by("at").values_list("action", "subject", "address")
    assert list(events) == [
        ("signed_in", "ursula", "127.0.0.1"),
        ("signed_out", "ursula", "127.0.0.1"),
    ]


def test_a_failure_is_logged_without_what_may_be_a_password(uploader: User) -> None:
    for name in ("ursula", "my secret passphrase"):
        Client().post(reverse("login"), {"username": name, "password": "wrong"})
    events = AuditEvent.objects.filter(action=audit.Action.SIGN_IN_FAILED).order_by("at")
    assert [event.subject for event in events] == ["ursula", ""]
    assert "secret" not in str([event.details for event in events])
