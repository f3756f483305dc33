"""The table of photos, in SQLite or PostgreSQL: what was asked, what was answered, and for Ark's
design also the queue."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.queues.place import Place

LEASE_S = 60  # as in Ark
Row = tuple[int, Path]  # id, file

_CREATE = """
CREATE TABLE photos (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, submitted_s {number} NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', lease_owner INTEGER, lease_expires_s {number},
    attempts INTEGER NOT NULL DEFAULT 0, stored_s {number}, times_stored INTEGER DEFAULT 0,
    label TEXT, kind TEXT, confidence {number}, top_labels TEXT, fine TEXT, embedding {bytes}
)
"""
_ANSWER = """
UPDATE photos SET state = 'done', lease_owner = NULL, lease_expires_s = NULL,
    stored_s = coalesce(stored_s, ?), times_stored = times_stored + 1, label = ?, kind = ?,
    confidence = ?, top_labels = ?, fine = ?, embedding = ?
WHERE id = ?
"""


class Table:
    """A connection of one process."""

    def __init__(self, place: Place) -> None:
        self._is_sqlite = not place.database
        self._connection: Any
        if self._is_sqlite:
            self._connection = sqlite3.connect(
                place.folder / "photos.sqlite3", timeout=30, isolation_level=None
            )
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
        else:
            self._connection = psycopg.connect(place.database, autocommit=True)

    def create(self) -> None:
        """Anew, without rows."""
        types = ("REAL", "BLOB") if self._is_sqlite else ("DOUBLE PRECISION", "BYTEA")
        self._run("DROP TABLE IF EXISTS photos")
        self._run(_CREATE.format(number=types[0], bytes=types[1]))
        self._run("CREATE INDEX queue ON photos (state, id)")

    def clear(self) -> None:
        self._run("DELETE FROM photos")

    def submit(self, rows: Sequence[Row]) -> None:
        now_s = time.time()
        values = [(number, str(path), now_s) for number, path in rows]
        with self._transaction():
            self._run_many("INSERT INTO photos (id, path, submitted_s) VALUES (?, ?, ?)", values)

    def claim(self, at_most: int) -> list[Row]:
        """Take the oldest under a lease, as `predictions/queue.py` does: what has lost its
        worker once is taken alone."""
        skip = "" if self._is_sqlite else "FOR UPDATE SKIP LOCKED"
        oldest = f"SELECT id, path, attempts FROM photos WHERE state = 'waiting' ORDER BY id {skip}"
        with self._transaction():
            rows = self._run(f"{oldest} LIMIT {at_most}").fetchall()
            fresh = [row for row in rows if not row[2]]
            taken = rows[:1] if rows and rows[0][2] else fresh
            expires_s = time.time() + LEASE_S
            self._run_many(
                "UPDATE photos SET state = 'running', lease_owner = ?, lease_expires_s = ?,"
                " attempts = attempts + 1 WHERE id = ?",
                [(os.getpid(), expires_s, row[0]) for row in taken],
            )
        return [(row[0], Path(row[1])) for row in taken]

    def recover(self) -> None:
        """Rows whose worker is gone wait again."""
        with self._transaction():
            owners = self._run(
                "SELECT DISTINCT lease_owner FROM photos WHERE state = 'running'"
            ).fetchall()
            dead = [owner for (owner,) in owners if not Path(f"/proc/{owner}").exists()]
            lost = "UPDATE photos SET state = 'waiting' WHERE state = 'running' AND"
            self._run(f"{lost} lease_expires_s < ?", time.time())
            self._run_many(f"{lost} lease_owner = ?", [(owner,) for owner in dead])

    def store(self, ids: Sequence[int], answers: Sequence[Any], is_leased: bool = False) -> None:
        """Store all answers in one transaction; with leases, only those that are still held."""
        now_s, condition = time.time(), " AND lease_owner = ?" if is_leased else ""
        values = [
            (
                *(now_s, answer.label, answer.kind, answer.confidence, json.dumps(answer.top)),
                *(answer.fine, answer.embedding.tobytes(), number),
                *([os.getpid()] if is_leased else []),
            )
            for number, answer in zip(ids, answers, strict=True)
        ]
        with self._transaction():
            self._run_many(_ANSWER + condition, values)

    def stored(self) -> int:
        return self._number("SELECT count(*) FROM photos WHERE times_stored > 0")

    def stored_twice(self) -> int:
        return self._number("SELECT count(*) FROM photos WHERE times_stored > 1")

    def seconds(self) -> float:
        """From the first photo's submission until the last answer is stored."""
        return self._number("SELECT max(stored_s) - min(submitted_s) FROM photos")

    def last_stored_s(self) -> float:
        return self._number("SELECT max(stored_s) FROM photos")

    def latencies_s(self) -> list[float]:
        rows = self._run("SELECT stored_s - submitted_s FROM photos WHERE times_stored > 0")
        return [row[0] for row in rows.fetchall()]

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._run("BEGIN IMMEDIATE" if self._is_sqlite else "BEGIN")
        try:
            yield
        except BaseException:
            self._run("ROLLBACK")
            raise
        self._run("COMMIT")

    def _number(self, query: str) -> Any:
        return self._run(query).fetchone()[0]

    def _run(self, query: str, *values: object) -> Any:
        return self._connection.execute(self._in_dialect(query), values)

    def _run_many(self, query: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            self._connection.cursor().executemany(self._in_dialect(query), rows)

    def _in_dialect(self, query: str) -> str:
        return query if self._is_sqlite else query.replace("?", "%s")
