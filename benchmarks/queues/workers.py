"""The three designs' workers: `celery --app benchmarks.queues.workers worker`, in .venv-peer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import redis
from celery.signals import worker_ready
from celery_batches import Batches, SimpleRequest

from benchmarks.queues import network
from benchmarks.queues.place import place
from benchmarks.queues.table import Row, Table
from benchmarks.queues.wakeups import SWEEP, WakeUps, celery_app

app = celery_app(place())
FLUSH_EVERY, FLUSH_INTERVAL_S = 64, 0.05


@lru_cache(maxsize=1)
def _table() -> Table:
    """Made when first needed, because a connection must not be inherited from the parent."""
    return Table(place())


@app.task(name="database", acks_late=False)
def predict_waiting() -> None:
    """Ark's design: what waits stands in the table; the message only says that something does."""
    with suppress(redis.RedisError):
        WakeUps(app, place()).acknowledge()
    claimed: deque[list[Row]] = deque()

    def batches() -> Iterator[list[Path]]:
        while rows := _table().claim(network.BATCH_SIZE):
            claimed.append(rows)
            _note_begun(number for number, _path in rows)
            yield [path for _number, path in rows]

    for answers in network.stream(batches()):
        _table().store([number for number, _path in claimed.popleft()], answers, is_leased=True)


@app.task(name=SWEEP, acks_late=False)
def sweep() -> None:
    _table().recover()
    predict_waiting()


@worker_ready.connect
def look_for_work(**_details: object) -> None:
    if place().is_swept:
        sweep.delay()


@app.task(name="plain")
def predict_one(number: int, path: str) -> None:
    """A message a photo, with all that the worker needs to know."""
    _note_begun([number])
    _table().store([number], network.predict([Path(path)]))


@app.task(name="batches", base=Batches, flush_every=FLUSH_EVERY, flush_interval=FLUSH_INTERVAL_S)
def predict_many(requests: list[SimpleRequest]) -> None:
    """A message a photo, collected by celery-batches."""
    numbers = [request.args[0] for request in requests]
    _note_begun(numbers)
    _table().store(numbers, network.predict([Path(request.args[1]) for request in requests]))


def _note_begun(numbers: Iterable[int]) -> None:
    with place().begun.open("a") as stream:
        stream.write("".join(f"{number}\n" for number in numbers))
