"""How many transactions a second SQLite and PostgreSQL carry, and what SQLite's settings are worth.

    python -m benchmarks.queues.writes [--seconds 3] [--database URL]

Processes that write as Ark does, one and four at once: an upload (a row a transaction), a chunk of
32 uploads, and a batch of 16 claimed under a lease and stored. Each kind of database is made anew.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from benchmarks.recording import as_table

_CHUNK, _BATCH = 32, 16
_EMBEDDING = os.urandom(2560)  # as large as Ark's
_WAITING = 100_000
_INSERT = "INSERT INTO photos (id, path, state) VALUES (?, ?, 'waiting')"
_CREATE = (
    "CREATE TABLE photos (id {key} PRIMARY KEY, path TEXT, state TEXT, answer {bytes})",
    "CREATE INDEX queue ON photos (state, id)",
)


@dataclass(frozen=True)
class Kind:
    """address: of PostgreSQL; a file's name for SQLite. begin: the statement."""

    name: str
    address: str
    begin: str = "BEGIN IMMEDIATE"
    pragmas: tuple[str, ...] = ("journal_mode=WAL", "synchronous=NORMAL")

    @property
    def is_sqlite(self) -> bool:
        return not self.address.startswith("postgres")

    def connect(self) -> Any:
        if not self.is_sqlite:
            return psycopg.connect(self.address, autocommit=True)
        connection = sqlite3.connect(self.address, timeout=30, isolation_level=None)
        for pragma in self.pragmas:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def sql(self, query: str) -> str:
        return query if self.is_sqlite else query.replace("?", "%s")


class Result(NamedTuple):
    """Of one writer. done, failed: transactions, or pairs of them."""

    rows: int
    done: int
    failed: int
    began_s: float
    ended_s: float


def kinds(folder: Path, address: str) -> Iterator[Kind]:
    yield Kind("SQLite, as Ark sets it", f"{folder}/ark")
    yield Kind("its transactions not immediate", f"{folder}/deferred", begin="BEGIN")
    yield Kind("its disk waited for", f"{folder}/full", pragmas=("journal_mode=WAL",))
    yield Kind("as it comes", f"{folder}/plain", begin="BEGIN", pragmas=())
    if address:
        lax = f"{address}{'&' if '?' in address else '?'}options=-csynchronous_commit%3Doff"
        yield Kind("PostgreSQL", address, begin="BEGIN")
        yield Kind("PostgreSQL, its disk not waited for", lax, begin="BEGIN")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="ark-writes-") as folder:
        for kind in kinds(Path(folder), options.database):
            for writers in (1, 4):
                rates = [
                    in_processes(kind, writers, partial(work, kind, options.seconds))
                    for work in (insert_one, insert_chunk, claim_and_store)
                ]
                rows.append((kind.name, str(writers), *rates))
    head = ("database", "writers", "uploads/s", "in chunks of 32", "claimed and stored/s")
    print(as_table(head, rows))


def in_processes(kind: Kind, writers: int, work: Callable[[int], Result]) -> str:
    """Rows a second of all together, and how many transactions failed."""
    make_anew(kind)
    with ProcessPoolExecutor(writers) as pool:
        results = list(pool.map(work, range(writers)))
    began_s = min(result.began_s for result in results)
    seconds = max(result.ended_s for result in results) - began_s
    failed = sum(result.failed for result in results)
    done = sum(result.done for result in results)
    per_s = sum(result.rows for result in results) / seconds
    return f"{per_s:.0f}" + (f" ({failed / (done + failed):.0%} failed)" if failed else "")


def make_anew(kind: Kind) -> None:
    connection = kind.connect()
    types = {"key": "INTEGER", "bytes": "BLOB" if kind.is_sqlite else "BYTEA"}
    connection.execute("DROP TABLE IF EXISTS photos")
    for statement in _CREATE:
        connection.execute(statement.format(**types))
    waiting = [(-number, "a/photo.jpg") for number in range(1, _WAITING + 1)]
    with _transaction(kind, connection):
        connection.cursor().executemany(kind.sql(_INSERT), waiting)
    connection.close()


def insert_one(kind: Kind, seconds: float, writer: int) -> Result:
    return _insert(kind, seconds, writer, 1)


def insert_chunk(kind: Kind, seconds: float, writer: int) -> Result:
    return _insert(kind, seconds, writer, _CHUNK)


def claim_and_store(kind: Kind, seconds: float, writer: int) -> Result:
    """Batches, as long as there are any."""
    return _repeat(kind, seconds, lambda connection: _claim_and_store(kind, connection))


def _insert(kind: Kind, seconds: float, writer: int, rows: int, at_most: int = 10**6) -> Result:
    numbers = count(writer * 10**8)
    query = kind.sql(_INSERT)

    def work(connection: Any) -> int:
        with _transaction(kind, connection):
            # An upload is looked for first: its bytes may be known.
            connection.execute(kind.sql("SELECT 1 FROM photos WHERE id = ?"), (next(numbers),))
            values = [(next(numbers), "a/photo.jpg") for _ in range(rows)]
            connection.cursor().executemany(query, values)
        return rows

    return _repeat(kind, seconds, work)


def _claim_and_store(kind: Kind, connection: Any) -> int:
    skip = "" if kind.is_sqlite else "FOR UPDATE SKIP LOCKED"
    waiting = f"SELECT id FROM photos WHERE state = 'waiting' ORDER BY id LIMIT {_BATCH} {skip}"
    with _transaction(kind, connection):
        ids = connection.execute(waiting).fetchall()
        claim = kind.sql("UPDATE photos SET state = 'running' WHERE id = ?")
        connection.cursor().executemany(claim, ids)
    with _transaction(kind, connection):
        store = kind.sql("UPDATE photos SET state = 'done', answer = ? WHERE id = ?")
        connection.cursor().executemany(store, [(_EMBEDDING, number) for (number,) in ids])
    return len(ids)


def _repeat(kind: Kind, seconds: float, work: Callable[[Any], int], at_most: int = 10**6) -> Result:
    connection, began_s = kind.connect(), time.perf_counter()
    rows, done, failed = 0, 0, 0
    while time.perf_counter() < began_s + seconds:
        try:
            new = work(connection)
        except sqlite3.OperationalError:  # database is locked
            failed += 1
            continue
        if not new:
            break
        rows, done = rows + new, done + 1
    connection.close()
    return Result(rows, done, failed, began_s, time.perf_counter())


@contextmanager
def _transaction(kind: Kind, connection: Any) -> Iterator[None]:
    connection.execute(kind.begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


if __name__ == "__main__":
    main()
