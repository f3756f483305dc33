"""Processes in the background: how each is named, whether it is still there, that it leaves the
machine to others and ends when asked."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType


def worker_name() -> str:
    """This machine and this process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def dead_here(owners: Iterable[str]) -> list[str]:
    """Those of these workers that were processes of this machine and are no more."""
    here = socket.gethostname() + ":"
    return [
        owner
        for owner in set(owners)
        if owner.startswith(here) and not Path(f"/proc/{owner.removeprefix(here)}").exists()
    ]


def yield_to_others(niceness: int) -> None:
    """Take this priority, and all processes started from now on with it; 19 is the lowest."""
    # Linux shares the processors evenly among sessions, and honcho starts each process in one of
    # its own, so that `nice` alone would change nothing (sched(7), "The autogroup feature").
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(niceness))


def end_at_once_when_terminated() -> None:
    """For processes whose work is done again if it is broken off. Celery would wait for the end of
    a task, which can be minutes away, and of its pauses while Redis is away."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def end_now() -> None:
    """As if terminated. All that mattered is stored, and Celery would wait."""
    end_at_once_when_terminated()
    os.kill(os.getpid(), signal.SIGTERM)


def begin_anew() -> None:
    """This process runs its own command again, in its own place: it gives all of its memory back,
    and whatever looks after it sees no end. What it holds under a lease would stay held."""
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606


@contextlib.contextmanager
def stops_when_terminated() -> Iterator[None]:
    """Inside, SIGTERM raises SystemExit, so that the state of the work can be stored. Further
    signals are ignored."""

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)
        raise SystemExit

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except SystemExit:
        raise  # and no further signal interrupts what is left to do
    except BaseException:
        signal.signal(signal.SIGTERM, before)
        raise
    else:
        signal.signal(signal.SIGTERM, before)
