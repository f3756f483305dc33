"""How much of the processors a part of Ark took: what says something on a busy machine, too."""

from __future__ import annotations

import contextlib
import time

from tests.support.instance import Instance

_OF_ALL_THREADS = 2  # CPUCLOCK_SCHED, in the clock that Linux has for each process


def spent_ms(instance: Instance, part: str) -> float:
    """By the processes of a part, and by their children, since each of them began."""
    return 1e3 * sum(_spent_s(process) for process in instance.processes(part))


def _spent_s(process: int) -> float:
    with contextlib.suppress(OSError):  # it has ended
        return time.clock_gettime((~process << 3) | _OF_ALL_THREADS)
    return 0.0
