"""Tokens that earlier versions stored in clear serve on, and nobody can read them any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from recognition.models import ApiToken
from tests.support.old_tables import migrate, tables_after

KEY, GONE = "0123456789abcdef" * 2 + "01234567", "fedcba9876543210" * 2 + "fedcba98"
NO_TOKEN = "0f1e2d3c4b5a6978" * 2 + "0f1e2d3c"
MADE = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def upgraded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[User]:
    """A person with a token and a log of it, as version 0011 had them, in tables of now."""
    with django_db_blocker.unblock(), tables_after("0011_audit_and_profiles"):
        user = _with_token()
        _with_log(user)
        _who_may_see_tokens(user)
        assert KEY in everything_stored()
        migrate()
        yield user


def _with_token() -> User:
    user = User.objects.create_user("ursula")
    with connection.cursor() as cursor:
        cursor.execute(
            'CREATE TABLE "authtoken_token" ("key" varchar(40) PRIMARY KEY, '
            '"created" timestamp with time zone NOT NULL, '
            '"user_id" integer NOT NULL UNIQUE REFERENCES "auth_user" ("id"))'
            if connection.vendor == "postgresql"
            else 'CREATE TABLE "authtoken_token" ("key" varchar(40) PRIMARY KEY, '
            '"created" datetime NOT NULL, "user_id" integer NOT NULL UNIQUE '
            'REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED)'
        )
        made = MADE if connection.vendor == "postgresql" else "2025-03-04 05:06:07.000000"
        cursor.execute("INSERT INTO authtoken_token VALUES (%s, %s, %s)", [KEY, made, user.pk])
    MigrationRecorder(connection).record_applied("authtoken", "0001_initial")
    return user


def _with_log(user: User) -> None:
    _log(user, _table_of("tokenproxy"), KEY, ADDITION, user.pk)
    _log(user, _table_of("token"), GONE, DELETION, GONE)
    _log(user, None, GONE, DELETION, GONE)  # its table was forgotten
    _log(user, ContentType.objects.get_for_model(User), NO_TOKEN, ADDITION, user.pk)


def _who_may_see_tokens(user: User) -> None:
    right = Permission.objects.create(
        content_type=_table_of("tokenproxy"), codename="view_tokenproxy", name="Can view Token"
    )
    group = Group.objects.create(name="Auditors")
    group.permissions.add(right)
    user.groups.add(group)


def _table_of(model: str) -> ContentType:
    return ContentType.objects.get_or_create(app_label="authtoken", model=model)[0]


def _log(user: User, table: ContentType | None, key: str, flag: int, object_id: object) -> None:
    LogEntry.objects.create(
        user=user,
        content_type=table,
        object_id=str(object_id),
        object_repr=key,
        action_flag=flag,
        change_message=f"Token {key}.",
    )


def calls(token: str) -> int:
    client = APIClient(HTTP_AUTHORIZATION=f"Token {token}")
    return client.get("/api/v1/labels/").status_code


def everything_stored() -> str:
    """All rows of all tables, as text."""
    found: list[Any] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += cursor.fetchall()
    return repr(found)


def test_what_exists_keeps_working(upgraded: User) -> None:
    assert calls(KEY) == 200
    assert calls(GONE) == 401
    token = ApiToken.objects.get()
    assert (token.user, token.created, token.expires) == (upgraded, MADE, None)
    assert set(token.scopes) == set(ApiToken.Scope)


@pytest.mark.usefixtures("upgraded")
def test_no_whole_token_is_left_in_the_database() -> None:
    stored = everything_stored()
    assert KEY not in stored
    assert GONE not in stored
    entries = LogEntry.objects.exclude(object_repr=NO_TOKEN)
    shown = {entry.object_repr for entry in entries}
    assert shown == {KEY[:6] + "…", GONE[:6] + "…"}
    assert not entries.exclude(change_message__startswith="Token ").exists()


def test_other_log_entries_stay_as_they_are(upgraded: User) -> None:
    entry = LogEntry.objects.get(content_type=ContentType.objects.get_for_model(User))
    assert (entry.object_id, entry.object_repr) == (str(upgraded.pk), NO_TOKEN)


def test_who_could_see_tokens_still_can(upgraded: User) -> None:
    assert User.objects.get(pk=upgraded.pk).has_perm("recognition.view_apitoken")
    assert not Permission.objects.filter(content_type__app_label="authtoken").exists()


@pytest.mark.usefixtures("upgraded")
def test_an_earlier_version_would_make_its_table_anew() -> None:
    assert "authtoken_token" not in connection.introspection.table_names()
    applied = MigrationRecorder(connection).applied_migrations()
    assert not [app for app, _name in applied if app == "authtoken"]


@pytest.mark.usefixtures("upgraded")
def test_on_sqlite_the_file_holds_no_token_either() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL drops the table's file")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = open(connection.settings_dict["NAME"], "rb").read()  # noqa: SIM115
    assert KEY.encode() not in content
    assert GONE.encode() not in content
