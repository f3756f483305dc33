"""What is measured of a design: speed, patience, and what it loses."""

from __future__ import annotations

import itertools
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from benchmarks.queues.designs import Design, Submit
from benchmarks.queues.place import Place
from benchmarks.queues.services import Broker, Workers, running
from benchmarks.queues.table import Row, Table
from benchmarks.queues.wakeups import celery_app

CHUNK = 32  # photos a transaction, as in Ark
LONE_PHOTOS = 40
BROKER_AWAY_S = 2.0
_OVER_S = 20.0  # no message is left and nothing was stored for so long: nothing will be
_PATIENCE_S = 180.0
_LOOK_EVERY_S = 0.05


class Speed(NamedTuple):
    """per_s: photos a second, from the first one's submission until the last answer is stored.
    cpu_ms: what a photo took of the processors, from its submission to its stored answer.
    """

    per_s: float
    cpu_ms: float


class Loss(NamedTuple):
    """What one accident cost. seconds: until the last answer that came, accident included."""

    lost: int
    begun_again: int
    stored_again: int
    seconds: float


class Rig:
    """A design at work on photos of a folder."""

    def __init__(self, place: Place, submit: Submit, table: Table, paths: Sequence[Path]) -> None:
        self.place, self.table = place, table
        self._submit = submit
        self._paths = itertools.cycle(paths)

    def begin(self) -> None:
        """Nothing submitted, nothing begun."""
        self.table.clear()
        self.place.begun.write_text("")

    def submit(self, count: int) -> None:
        rows: list[Row] = list(zip(range(count), self._paths, strict=False))
        for start in range(0, count, CHUNK):
            chunk = rows[start : start + CHUNK]
            self.table.submit(chunk)
            self._submit(chunk)

    def wait_until_stored(self, count: int, look_every_s: float = _LOOK_EVERY_S) -> None:
        ends_s = time.time() + _PATIENCE_S
        while self.table.stored() < count:
            if time.time() > ends_s:
                log = (self.place.folder / "workers.log").read_text()
                raise SystemExit(f"Nothing is predicted:\n{log[-2000:]}")
            time.sleep(look_every_s)


@contextmanager
def at_work(
    place: Place, design: Design, paths: Sequence[Path]
) -> Iterator[tuple[Rig, Broker, Workers]]:
    """The design, warm."""
    place = replace(place, is_late=design.is_late, is_swept=design.is_swept)
    table = Table(place)
    table.create()
    with running(place, design) as (broker, workers):
        while not broker.answers():
            time.sleep(_LOOK_EVERY_S)
        rig = Rig(place, design.sender(celery_app(place), place), table, paths)
        rig.begin()
        rig.submit(4 * CHUNK)
        rig.wait_until_stored(4 * CHUNK)
        yield rig, broker, workers
    table.close()


def speed(rig: Rig, broker: Broker, workers: Workers, count: int) -> Speed:
    def cpu_s() -> float:
        return time.process_time() + broker.cpu_s() + workers.cpu_s()

    rig.begin()
    before_s = cpu_s()
    rig.submit(count)
    rig.wait_until_stored(count)
    return Speed(count / rig.table.seconds(), (cpu_s() - before_s) * 1000 / count)


def lone_ms(rig: Rig) -> float:
    """Median from one photo's submission to its stored answer, while nothing else waits."""
    taken_s = []
    for _ in range(LONE_PHOTOS):
        time.sleep(random.uniform(0.05, 0.15))  # at no fixed point of anybody's clock
        rig.begin()
        rig.submit(1)
        rig.wait_until_stored(1, look_every_s=0.01)
        taken_s += rig.table.latencies_s()
    return statistics.median(taken_s) * 1000


def loss(rig: Rig, broker: Broker, count: int, accident: Callable[[], None]) -> Loss:
    """Let it happen when half of the photos are stored, and the next ones are being predicted."""
    rig.begin()
    rig.submit(count)
    rig.wait_until_stored(count // 2, look_every_s=0.01)
    time.sleep(random.uniform(0.05, 0.25))  # at no fixed point of a batch
    began_s = time.time()
    accident()
    last_s, last_stored = time.time(), -1
    while (stored := rig.table.stored()) < count or broker.messages():
        if stored > last_stored or broker.messages():
            last_s, last_stored = time.time(), stored
        if time.time() > last_s + _OVER_S:
            break
        time.sleep(_LOOK_EVERY_S)
    begun = Counter(rig.place.begun.read_text().split())
    return Loss(
        lost=count - stored,
        begun_again=sum(times > 1 for times in begun.values()),
        stored_again=rig.table.stored_twice(),
        seconds=rig.table.last_stored_s() - began_s,
    )


def lose_broker(broker: Broker) -> None:
    """Killed, and back without anything that was in it."""
    broker.kill()
    time.sleep(BROKER_AWAY_S)
    broker.start()
    while not broker.answers():
        time.sleep(_LOOK_EVERY_S)
