"""The designs that are compared, each as somebody who knows it would set it up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from celery import Celery

from benchmarks.queues.place import Place
from benchmarks.queues.table import Row
from benchmarks.queues.wakeups import PHOTOS, WakeUps

Submit = Callable[[Sequence[Row]], None]


@dataclass(frozen=True)
class Design:
    """task: in workers.py.
    is_late: messages are acknowledged when their work is done.
    processes, prefetch: of the worker; how many messages it takes ahead for each process.
    """

    name: str
    task: str
    is_late: bool = False
    processes: int = 1
    prefetch: int = 1

    @property
    def is_swept(self) -> bool:
        return self.task == "database"

    def sender(self, app: Celery, place: Place) -> Submit:
        """What tells the workers of rows that have just been committed."""
        if self.is_swept:
            wakeups = WakeUps(app, place)
            return lambda rows: wakeups.send(self.task)

        def send(rows: Sequence[Row]) -> None:
            for number, path in rows:
                app.send_task(self.task, (number, str(path)), queue=PHOTOS, retry=False)

        return send


DESIGNS = (
    Design("database", "database"),
    # As Celery comes: a process a core, acknowledged when begun, four messages taken ahead.
    Design("plain", "plain", processes=2, prefetch=4),
    Design("plain, late", "plain", is_late=True, processes=2),
    Design("batches", "batches", is_late=True, prefetch=128),
)
