"""The database of an earlier version, for tests of what a migration makes of it.

To migrate takes seconds: tests that only look at what came of it share one upgrade.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

_of_then: dict[str, sqlite3.Connection] = {}


@contextmanager
def tables_after(migration: str) -> Iterator[Any]:
    """As this migration of `recognition` left them; gives the models of then. Afterwards all is as
    it was before.

    SQLite goes back by migrating only once: it takes seconds, and a copy of the whole takes none.
    """
    target = [("recognition", migration)]
    executor = MigrationExecutor(connection)
    if connection.vendor != "sqlite":
        executor.migrate(target)
        yield executor.loader.project_state(target).apps
        migrate()
        call_command("flush", interactive=False, verbosity=0)
        return
    connection.ensure_connection()
    file = connection.connection
    with closing(_copy_of(file)) as now:
        if migration not in _of_then:
            executor.migrate(target)
            _of_then[migration] = _copy_of(file)
        _of_then[migration].backup(file)
        yield executor.loader.project_state(target).apps
        now.backup(file)


def migrate() -> None:
    """To the version of now."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("recognition"))


def _copy_of(file: sqlite3.Connection) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:")
    file.backup(copy)
    return copy
