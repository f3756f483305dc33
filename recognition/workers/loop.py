"""The loop of the workers that have several jobs.

What works on networks takes up to a gigabyte and comes with the first job that needs it. When there
has been none for a while the process begins anew, without.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterable

from recognition.cnn.pixels import pool
from recognition.core import failures, heartbeats, leases, memory, process

logger = logging.getLogger(__name__)

IDLE_S = 15 * 60
_HEAVY = ("torch", "openvino")

_worked_s = time.monotonic()  # until when this process had something to do


def work(jobs: Iterable[Callable[[], object]], part: str) -> None:
    """Called whenever a worker of this part of the product is woken. Its jobs claim what they work
    on under leases."""
    began_s = time.monotonic()
    with heartbeats.beating(part):
        run_each(jobs, part)
    if leases.has_claimed_since(began_s):
        stay()
    elif time.monotonic() > _worked_s + IDLE_S and any(name in sys.modules for name in _HEAVY):
        logger.info("the %s begins anew, for it has had nothing to do", part)
        pool.shared().close()  # or its processes would be nobody's
        process.begin_anew()


def stay() -> None:
    """What this process has loaded is needed soon."""
    global _worked_s
    _worked_s = time.monotonic()


def run_each(jobs: Iterable[Callable[[], object]], part: str) -> None:
    """Run the jobs of this part of the product, one after another. One that fails is logged, and
    does not stop those that come after it, which do not depend on it."""
    for job in jobs:
        name = getattr(job, "__name__", repr(job))
        try:
            job()
        except Exception as error:
            logger.exception("the %s failed: %r", part, job)
            failures.failed(part, name, error)
        else:
            failures.went_well(part, name)
        memory.give_back()
