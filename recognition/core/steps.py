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
SLICE_S = 20.0  # then the worker's other work has its turn
_Item = TypeVar("_Item")


def pause() -> None:
    """Between two transactions of long work. PostgreSQL lets others write meanwhile anyway; inside
    a transaction it would only make that longer."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(PAUSE_S)


def chunks(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    """A few of them at a time, with a pause between."""
    for first in range(0, len(items), size):
        if first:
            pause()
        yield items[first : first + size]


def work_off(kind: Job.Kind, step: Callable[[Job], bool]) -> None:
    """The teacher's job: do the jobs of this kind, the oldest first, for about SLICE_S.

    step: one short transaction, with `written` in it; whether there is more to do. A job whose
    worker dies goes on behind its last step, however often that happens: each step is an attempt
    that came to something.
    """
    ends = time.monotonic() + SLICE_S
    while job := jobs.claim(kind):
        with jobs.working(job):
            while step(job):
                if time.monotonic() >= ends:
                    jobs.hand_on(job)
                    wakeups.wake_teacher()
                    return
                pause()
            jobs.succeed(job)


def written(job: Job, done: int, total: int, **result: object) -> None:
    """To be called in the transaction of a step. Raises jobs.Stopped: then the step is undone."""
    job.result = {**job.result, **result}
    jobs.write(job, attempts=1, result=job.result, progress=min(1.0, done / max(1, total)))
