"""Is this error a full disk? Told at one place, whoever writes: files, SQLite, PostgreSQL.

Nothing is remembered of it: what fails now is done as soon as there is room again.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator

ERRNOS = (errno.ENOSPC, errno.EDQUOT)
_SQLITE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_WRITE)
_POSTGRESQL = "53100"  # disk_full
_TEXTS = tuple(os.strerror(code) for code in ERRNOS)  # as libraries hand on what the system said


def is_told_by(error: BaseException | None) -> bool:
    """Whether the disk, or the share of it that this user may use, is full. Django and others wrap
    the error that says so."""
    return any(map(_says_so, _chain(error)))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _says_so(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in ERRNOS:
        return True
    if getattr(error, "sqlite_errorcode", None) in _SQLITE:
        return True
    if getattr(error, "sqlstate", None) == _POSTGRESQL:
        return True
    return any(text in str(error) for text in _TEXTS)
