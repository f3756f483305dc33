"""A statement that does not end is ended; others are not hindered."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created
from pytest_django import Settings

from recognition.models import Label
from webapp import statement_limits

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "SELECT max(i) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}


@pytest.fixture
def limited(transactional_db: None, settings: Settings) -> Iterator[None]:
    settings.ARK_STATEMENT_TIMEOUT_S = 1
    connection.close()
    statement_limits.limit_statements()
    yield
    connection_created.disconnect(dispatch_uid="statement_limits")
    connection.execute_wrappers.clear()
    connection.close()


@pytest.mark.usefixtures("limited")
def test_what_does_not_end_is_ended() -> None:
    started = time.monotonic()
    with pytest.raises(OperationalError):
        _rows(ENDLESS[connection.vendor])
    assert time.monotonic() - started < 30
    assert Label.objects.count() >= 0  # the next statement has its own time


def _rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.mark.usefixtures("limited")
def test_there_are_no_regular_expressions_on_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL ends its own")
    with pytest.raises(OperationalError):
        _rows("SELECT 'aaa' REGEXP '^(a+)+$'")


@pytest.mark.usefixtures("limited")
def test_a_reader_that_takes_its_time_is_not_stopped() -> None:
    sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3) SELECT i FROM n"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        read = [cursor.fetchone()]
        time.sleep(1.5)
        read += cursor.fetchall()
    assert len(read) == 3
