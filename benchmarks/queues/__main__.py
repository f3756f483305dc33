"""Ark's queue beside others: the same network and table, other ways from the web to the worker.

    python -m benchmarks.queues [--photos FOLDER] [--count 1000] [--rounds 5]
        [--accidents 1] [--database URL]

Four designs: the table is the queue and Celery only wakes the worker (Ark's); a plain Celery task a
photo, as it comes and with late acknowledgement; celery-batches. Each is a worker of its own with a
Redis of its own; they take turns. SQLite, or an empty PostgreSQL database at URL. Takes a
quarter of an hour; the workers run in .venv-peer, which `make bench-queues` makes.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import corpus
from benchmarks.queues.designs import DESIGNS, Design
from benchmarks.queues.measures import Loss, Speed, at_work, lone_ms, lose_broker, loss, speed
from benchmarks.queues.place import Place
from benchmarks.queues.services import Broker, Workers, prepare_network
from benchmarks.recording import as_table

ACCIDENTS: dict[str, Callable[[Broker, Workers], None]] = {
    "a predicting process is killed": lambda _broker, workers: workers.kill_predicting(),
    "the worker is killed": lambda _broker, workers: workers.kill(),
    "the broker comes back empty": lambda broker, _workers: lose_broker(broker),
}

_WORDS = {
    "lost": "lost",
    "begun_again": "predicted again",
    "stored_again": "stored again",
    "seconds": "seconds until all are stored",
}


class Figures:
    """All rounds of one design."""

    def __init__(self) -> None:
        self.speeds: list[Speed] = []
        self.lone_ms: list[float] = []
        self.memory_mb: list[float] = []
        self.losses: dict[str, list[Loss]] = defaultdict(list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=corpus.default_folder())
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5, help="of speed")
    parser.add_argument("--accidents", type=int, default=1, help="rounds of them")
    parser.add_argument("--database", default="", help="postgres://user:password@host/name")
    options = parser.parse_args()
    paths = corpus.paths(options.photos)
    figures = {design: Figures() for design in DESIGNS}
    with tempfile.TemporaryDirectory(prefix="ark-queues-") as folder:
        place = Place(Path(folder), options.database)
        prepare_network(place)
        for _ in range(options.rounds):
            for design in DESIGNS:
                measure_speed(place, design, paths, options.count, figures[design])
        for _ in range(options.accidents):
            for design in DESIGNS:
                measure_losses(place, design, paths, options.count, figures[design])
    print(report(figures))


def measure_speed(
    place: Place, design: Design, paths: list[Path], count: int, figures: Figures
) -> None:
    with at_work(place, design, paths) as (rig, broker, workers):
        figures.speeds.append(speed(rig, broker, workers, count))
        figures.lone_ms.append(lone_ms(rig))
        figures.memory_mb.append(workers.memory_mb())
    print(f"{design.name}: {figures.speeds[-1]}, {figures.lone_ms[-1]:.1f} ms", flush=True)


def measure_losses(
    place: Place, design: Design, paths: list[Path], count: int, figures: Figures
) -> None:
    for name, accident in ACCIDENTS.items():
        with at_work(place, design, paths) as (rig, broker, workers):
            found = loss(rig, broker, count, partial(accident, broker, workers))
        figures.losses[name].append(found)
        print(f"{design.name}: {name}: {found}", flush=True)


def report(figures: dict[Design, Figures]) -> str:
    """One column a design; medians, and beside the speed its ratio to the first one's."""
    all_figures = list(figures.values())
    per_s = [median(speed.per_s for speed in of.speeds) for of in all_figures]
    rows = [
        ("photos a second", *(f"{one:.0f}" for one in per_s)),
        ("as a ratio", *(f"{one / per_s[0]:.2f}" for one in per_s)),
        (
            "processor time a photo, ms",
            *(f"{median(speed.cpu_ms for speed in of.speeds):.1f}" for of in all_figures),
        ),
        ("a lone photo, ms", *(f"{median(of.lone_ms):.1f}" for of in all_figures)),
        ("memory, MB", *(f"{median(of.memory_mb):.0f}" for of in all_figures)),
        *(
            (f"{name}: {_WORDS[what]}", *(_median(of.losses[name], what) for of in all_figures))
            for name in ACCIDENTS
            for what in Loss._fields
        ),
    ]
    return as_table(("what", *(design.name for design in figures)), rows)


def _median(losses: list[Loss], what: str) -> str:
    values = [getattr(loss, what) for loss in losses if what != "seconds" or not loss.lost]
    return f"{median(values):.0f}" if values else "-"


if __name__ == "__main__":
    main()
