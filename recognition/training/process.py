"""How the teacher's and the trainer's processes behave."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from celery.exceptions import WorkerShutdown

_PRIORITY = 10  # as `nice` counts


def set_up_teacher() -> None:
    """Low priority; it ends at once when asked, and loads what takes seconds now."""
    _leave_the_machine_to_others()
    # Celery would wait for the end of a task. What is broken off is done again.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    import recognition.training.teach_run  # noqa: F401


def set_up_trainer() -> None:
    """Low priority, which the processes that it starts inherit."""
    _leave_the_machine_to_others()


@contextlib.contextmanager
def stops_when_terminated() -> Iterator[None]:
    """Inside, SIGTERM raises WorkerShutdown (a SystemExit), so that the work can be put down in
    order; Celery alone would wait for its end. Once is enough: further signals are ignored."""

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)
        raise WorkerShutdown(0)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except WorkerShutdown:
        raise  # and nothing disturbs what is left to do
    except BaseException:
        signal.signal(signal.SIGTERM, before)
        raise
    else:
        signal.signal(signal.SIGTERM, before)


def _leave_the_machine_to_others() -> None:
    # Linux shares the processors evenly among sessions, and honcho starts each process in one of
    # its own, so that `nice` alone would change nothing (sched(7), "The autogroup feature").
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(_PRIORITY))
