"""No statement of a web process takes longer than ARK_STATEMENT_TIMEOUT_S: whatever somebody finds
to ask for, the process is free again.

Workers have no such limit: what they ask is their own, and may take its time. Waiting for a lock
counts as well on PostgreSQL; on SQLite its own timeout bounds that. Where a pooler lends the
connections, a limit would be everybody's: the pooler has to set it (docs/scaling.md).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

_STEPS = 20_000  # of SQLite's virtual machine between two looks at the clock: about a millisecond
_LONGEST_STEP_S = 0.1  # a longer pause was not SQLite's: its rows were being sent


def limit_statements() -> None:
    """Called once in a web process, before it has any connection."""
    connection_created.connect(_limit, dispatch_uid="statement_limits")


def _limit(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if not settings.ARK_STATEMENT_TIMEOUT_S:
        return
    if connection.vendor == "postgresql" and not settings.ARK_DATABASE_POOLED:
        with connection.cursor() as cursor:
            milliseconds = str(settings.ARK_STATEMENT_TIMEOUT_S * 1000)
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [milliseconds])
    elif connection.vendor == "sqlite":
        _limit_sqlite(connection)


def _limit_sqlite(connection: Any) -> None:
    """Regular expressions are evaluated by a function in Python, which nothing could interrupt and
    which keeps all other threads waiting: there are none."""
    connection.connection.create_function("REGEXP", 2, _refuse)
    stopwatch = next((w for w in connection.execute_wrappers if isinstance(w, _Stopwatch)), None)
    if stopwatch is None:
        stopwatch = _Stopwatch(settings.ARK_STATEMENT_TIMEOUT_S)
        connection.execute_wrappers.append(stopwatch)
    connection.connection.set_progress_handler(stopwatch.is_over, _STEPS)


def _refuse(pattern: str, text: str) -> bool:
    raise NotImplementedError


class _Stopwatch:
    """Adds up for how long SQLite has worked on one statement, however slowly its rows are read."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._worked_s = self._looked_s = 0.0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self._worked_s, self._looked_s = 0.0, time.monotonic()
        return execute(sql, params, many, context)

    def is_over(self) -> bool:
        """SQLite asks this again and again; true ends the statement with an OperationalError."""
        now_s = time.monotonic()
        self._worked_s += min(now_s - self._looked_s, _LONGEST_STEP_S)
        self._looked_s = now_s
        return self._worked_s > self._timeout_s
