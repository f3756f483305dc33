"""A full disk is told from other errors, whatever library wraps it."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError

from recognition.core import full_disk


def wrapped(cause: Exception) -> Exception:
    error = OperationalError("something")
    error.__cause__ = cause
    return error


def sqlite_full(tmp_path: Path) -> sqlite3.Error:
    """What SQLite itself raises."""
    database = sqlite3.connect(tmp_path / "small.sqlite3")
    database.execute("PRAGMA max_page_count = 2")
    database.execute("CREATE TABLE t (x)")
    with pytest.raises(sqlite3.OperationalError) as raised:
        database.execute("INSERT INTO t VALUES (zeroblob(100000))")
    return raised.value


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        wrapped(psycopg.errors.DiskFull("could not extend file")),
        RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"),
    ],
)
def test_what_a_full_disk_looks_like(error: Exception) -> None:
    assert full_disk.is_told_by(error)


def test_sqlite_says_it_in_its_own_way(tmp_path: Path) -> None:
    assert full_disk.is_told_by(wrapped(sqlite_full(tmp_path)))


@pytest.mark.parametrize(
    "error",
    [
        None,
        OSError(errno.EACCES, "Permission denied"),
        wrapped(sqlite3.OperationalError("database is locked")),
        ValueError("full"),
    ],
)
def test_other_errors_are_none(error: Exception | None) -> None:
    assert not full_disk.is_told_by(error)
