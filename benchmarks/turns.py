"""How long the predictors' queue takes to say whose photo is next, among very many rows.

    DATABASE_URL=... python -m benchmarks.seed 1000000
    DATABASE_URL=... python -m benchmarks.turns [--waiting 20000] [--rounds 200] [--record]

Afterwards one owner has as many photos waiting as asked for, a thousand of them heavy. Each
measured step is taken back. `--record` writes the table to docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models.functions import Coalesce  # noqa: E402

from benchmarks.recording import as_table, record  # noqa: E402
from recognition.models import Photo, Prediction, State, Weight  # noqa: E402
from recognition.photos.turns import Turns  # noqa: E402
from recognition.predictions import queue  # noqa: E402
from recognition.versions import registry  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    taken = measure(options.waiting, options.rounds)
    rows = [(name, *_figures(milliseconds)) for name, milliseconds in taken.items()]
    table = as_table(("", "p50", "p95", "most"), rows)
    print(table)
    if options.record:
        count = f"{Photo.objects.count():,} photos, {options.waiting:,} waiting"
        record(f"turns {connection.vendor}", f"{count}, {options.rounds} rounds", table)


def measure(waiting: int, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each round."""
    busy = Photo.objects.order_by("-created").values_list("owner", flat=True)[0]
    _let_wait(busy, waiting)
    of_busy = User.objects.get(pk=busy)
    of_other, _created = User.objects.get_or_create(username="has none waiting")
    version = registry.live_version()
    asked: dict[str, Callable[[], object]] = {
        "turn of an upload, none waiting": lambda: Turns(of_other).take(1.0, Weight.LIGHT),
        "turn of an upload, many waiting": lambda: Turns(of_busy).take(1.0, Weight.LIGHT),
        "whether heavy ones wait": queue.has_heavy,
        "claim of 16": lambda: queue.claim(version),
        "claim of a heavy one": lambda: queue.claim(version, weight=Weight.HEAVY),
        "look for lost workers": queue.recover,
    }
    return {name: [_milliseconds(ask) for _ in range(rounds)] for name, ask in asked.items()}


def _let_wait(owner_id: int, count: int) -> None:
    """As if the owner's newest photos had just been uploaded, and nothing else waited."""
    Prediction.objects.filter(state=State.PENDING).update(state=State.DONE)
    newest = Photo.objects.filter(owner=owner_id).order_by("-created", "-id")[:count]
    ids = list(newest.values_list("prediction", flat=True))
    for start in range(0, len(ids), 1000):
        Prediction.objects.filter(id__in=ids[start : start + 1000]).update(
            state=State.PENDING,
            model_version=None,
            attempts=0,
            turn=1 + 1000 * Coalesce("confidence", 0.5),
            weight=Weight.HEAVY if start == 0 else Weight.LIGHT,
        )
    if connection.vendor == "postgresql":  # as its autovacuum does sooner or later
        connection.cursor().execute("VACUUM ANALYZE recognition_prediction")


def _milliseconds(ask: Callable[[], object]) -> float:
    with transaction.atomic():
        started = time.perf_counter()
        ask()
        taken = (time.perf_counter() - started) * 1000
        transaction.set_rollback(True)
    return taken


def _figures(milliseconds: list[float]) -> tuple[str, str, str]:
    p50, p95 = statistics.median(milliseconds), statistics.quantiles(milliseconds, n=20)[18]
    return f"{p50:.2f} ms", f"{p95:.2f} ms", f"{max(milliseconds):.2f} ms"


if __name__ == "__main__":
    main()
