"""Long work in small transactions, so that others hardly wait.

In SQLite one transaction writes at a time, and who waits looks again every tenth of a second at
most: so whatever goes on for longer lets go for that long after each of its transactions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from django.db import connection

from recognition.core import jobs, wakeups
from recognition.models import Job

PAUSE_S = 0.15
_LONG_S = 0.2  # for a transaction
SLICE_S = 20.0  # then the worker's other work has its turn
_Item = TypeVar("_Item")


def pause() -> None:
    """Between two transactions of long work. PostgreSQL lets others write meanwhile anyway; inside
    a transaction it would only make that longer."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(PAUSE_S)


class Pace:
    """How much fits into a transaction of about a tenth of a second, on this machine, just now."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.size = max(1, most // 4)

    def took(self, seconds: float) -> None:
        if seconds > _LONG_S:
            self.size = max(1, self.size // 2)
        elif seconds < _LONG_S / 4:
            self.size = min(self._most, self.size * 2)


def chunks(items: Sequence[_Item], most: int) -> Iterator[Sequence[_Item]]:
    """A few of them at a time, with a pause between."""
    pace, first = Pace(most), 0
    while first < len(items):
        chunk = items[first : first + pace.size]
        started = time.perf_counter()
        yield chunk
        pace.took(time.perf_counter() - started)
        first += len(chunk)
        if first < len(items):
            pause()


def work_off(kind: Job.Kind, step: Callable[[Job, int], bool], most: int) -> None:
    """The teacher's job: do the jobs of this kind, the oldest first, for about SLICE_S.

    step: one short transaction about so many rows, `most` at the most, with `written` in it;
    whether there is more to do. A job whose worker dies goes on behind its last step, however often
    that happens: each step is an attempt that came to something.
    """
    ends, pace = time.monotonic() + SLICE_S, Pace(most)
    while job := jobs.claim(kind):
        with jobs.working(job):
            started = time.perf_counter()
            while step(job, pace.size):
                pace.took(time.perf_counter() - started)
                if time.monotonic() >= ends:
                    jobs.hand_on(job)
                    wakeups.wake_teacher()
                    return
                pause()
                started = time.perf_counter()
            jobs.succeed(job)


def written(job: Job, done: int, total: int, **result: object) -> None:
    """To be called in the transaction of a step. Raises jobs.Stopped: then the step is undone."""
    job.result = {**job.result, **result}
    jobs.write(job, attempts=1, result=job.result, progress=min(1.0, done / max(1, total)))
