"""How many claims a second the predictors' queue gives on PostgreSQL, and that no row goes twice.

    python -m benchmarks.claims [--rows 8000] [--record]

1, 2, 4, 8 and 16 processes claim until nothing waits, as predictors do but without predicting, from
the same made-up rows, on a PostgreSQL and in an instance of its own (as root, where PostgreSQL is
installed). Each claim commits, and PostgreSQL waits for the disk. `--record` writes the table to
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import multiprocessing
import os
import secrets
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier
from typing import Any
from uuid import UUID

import django
import pytest

from benchmarks.recording import as_table, record

PROCESSES = (1, 2, 4, 8, 16)
_WITHIN_S = 60.0  # all processes begin, and tell what they did
_fork = multiprocessing.get_context("fork")  # Django is loaded once


@dataclass
class Claimed:
    """By one process. taken_ms: of each claim that gave rows. Times are those of one clock for all
    processes."""

    began_s: float
    ended_s: float = 0.0
    rows: list[UUID] = field(default_factory=list)
    taken_ms: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Round:
    """What processes claimed beside each other."""

    of_each: Sequence[Claimed]

    @property
    def claims_per_s(self) -> float:
        began = min(each.began_s for each in self.of_each)
        seconds = max(each.ended_s for each in self.of_each) - began
        return sum(len(each.taken_ms) for each in self.of_each) / seconds

    @property
    def rows_per_s(self) -> float:
        claims = sum(len(each.taken_ms) for each in self.of_each)
        return self.claims_per_s * sum(len(each.rows) for each in self.of_each) / claims

    @property
    def taken_ms(self) -> list[float]:
        return [taken for each in self.of_each for taken in each.taken_ms]

    @property
    def twice(self) -> int:
        """How many rows were claimed more than once."""
        counts = Counter(row for each in self.of_each for row in each.rows)
        return sum(count > 1 for count in counts.values())

    @property
    def distinct(self) -> int:
        return len({row for each in self.of_each for row in each.rows})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=8_000)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ark-claims-") as home, postgresql(home) as url:
        open_instance(url)
        bytes_a_photo = fill(options.rows)
        rounds = [(count, measure(count)) for count in PROCESSES]
    head = ("processes", "claims/s", "rows/s", "a claim: p50", "p95", "rows claimed twice")
    table = as_table(head, [told(count, seen) for count, seen in rounds])
    how = f"{options.rows:,} rows, {bytes_a_photo:,.0f} bytes a photo in PostgreSQL"
    print(f"{how}\n{table}")
    if options.record:
        record("claims", how, table)


@contextlib.contextmanager
def postgresql(home: str) -> Iterator[str]:
    """home: of the instance that will use it; whatever is imported from now on asks for that."""
    os.environ.update(ARK_HOME=home, ARK_HTTPS="false", SECRET_KEY=secrets.token_hex(32))
    from tests.support.servers import PostgreSQL

    try:
        server = PostgreSQL()
    except pytest.skip.Exception as error:
        raise SystemExit(f"{error}.") from error
    try:
        yield server.url
    finally:
        server.stop()


def open_instance(url: str) -> None:
    os.environ.update(DATABASE_URL=url, DJANGO_SETTINGS_MODULE="webapp.settings")
    django.setup()
    # What needs Django is imported when there is one.
    from django.core.management import call_command

    from recognition.people import roles
    from recognition.versions import registry
    from tests.support.rows import manifest

    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    roles.ensure_groups()
    registry.register(1, manifest())


def fill(rows: int) -> float:
    """Make rows as benchmarks/seed.py does; return how many bytes of the database a photo takes,
    with its prediction, decisions and indexes."""
    from django.db import connection

    from benchmarks import seed

    with contextlib.redirect_stdout(None):
        seed.fill(rows)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class "
            "WHERE relkind = 'r' AND relname LIKE 'recognition_%'"
        )
        return float(cursor.fetchone()[0]) / rows


def measure(processes: int) -> Round:
    """Raises AssertionError if a row was left, or was claimed otherwise than once."""
    from django.db import connections

    from recognition.models import Prediction, State

    let_all_wait()
    rows = Prediction.objects.count()
    connections.close_all()  # a connection is of one process
    barrier, told = _fork.Barrier(processes), _fork.Queue()
    workers = [_fork.Process(target=_work, args=(barrier, told)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    seen = Round([told.get(timeout=_WITHIN_S) for _ in workers])
    for worker in workers:
        worker.join(_WITHIN_S)
    once = Prediction.objects.filter(state=State.RUNNING, attempts=1).count()
    assert (seen.distinct, seen.twice, once) == (rows, 0, rows)
    return seen


def let_all_wait() -> None:
    """As if all had just been uploaded."""
    from django.db import connection
    from django.db.models.functions import Coalesce

    from recognition.core import leases
    from recognition.models import Prediction, State, Weight

    Prediction.objects.update(
        state=State.PENDING,
        model_version=None,
        attempts=0,
        turn=1 + 1000 * Coalesce("confidence", 0.5),
        weight=Weight.LIGHT,
        **leases.NO_LEASE,
    )
    if connection.vendor == "postgresql":  # as its autovacuum does sooner or later
        connection.cursor().execute("VACUUM ANALYZE recognition_prediction")


def _work(barrier: Barrier, told: Any) -> None:
    from recognition.versions import registry

    registry.live_version()  # is connected before the clock runs
    barrier.wait(_WITHIN_S)
    told.put(claim_all())


def claim_all() -> Claimed:
    """Until nothing waits."""
    from recognition.predictions import queue
    from recognition.versions import registry

    version = registry.live_version()
    claimed = Claimed(began_s=time.perf_counter())
    while True:
        began_s = time.perf_counter()
        rows = queue.claim(version)
        claimed.ended_s = time.perf_counter()
        if not rows:
            return claimed
        claimed.taken_ms.append(1000 * (claimed.ended_s - began_s))
        claimed.rows += [row.id for row in rows]


def told(processes: int, seen: Round) -> tuple[str, ...]:
    p50, p95 = statistics.median(seen.taken_ms), statistics.quantiles(seen.taken_ms, n=20)[18]
    return (
        f"{processes}",
        f"{seen.claims_per_s:,.0f}",
        f"{seen.rows_per_s:,.0f}",
        f"{p50:.1f} ms",
        f"{p95:.1f} ms",
        f"{seen.twice}",
    )


if __name__ == "__main__":
    main()
