"""What the teacher does when it is woken: its jobs, one after another.

Each takes seconds, and notices quickly that there is nothing to do.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable

from recognition.core import heartbeats, memory, process
from recognition.models import Mode
from recognition.training import automation, watch
from recognition.training.executor import execute
from recognition.training.learning_curve import drawing
from recognition.versions import bundles
from recognition.versions.comparison import comparing

logger = logging.getLogger(__name__)


def teach_pending() -> None:
    """Work on all runs that teach, which take seconds."""
    watch.recover()
    while run := watch.claim((Mode.TEACH,)):
        from recognition.training import teach  # loads torch

        execute(run, teach.teach_claimed)


JOBS: tuple[Callable[[], object], ...] = (
    automation.launch_if_due,
    teach_pending,
    comparing.compare_pending,
    automation.promote_by_rule,
    bundles.make_asked,
    bundles.add_accepted,
    drawing.draw_if_asked,
)


def set_up_process() -> None:
    """Called once in the teacher's process; what takes seconds to load is loaded now."""
    process.yield_to_others(10)
    process.end_at_once_when_terminated()
    import recognition.training.teach  # noqa: F401

    # What is loaded stays: the garbage collector need not look at it again.
    gc.freeze()


def work() -> None:
    """A job that fails is logged and does not stop the others."""
    with heartbeats.beating(heartbeats.TEACHER):
        for job in JOBS:
            try:
                job()
            except Exception:  # the other jobs do not depend on it
                logger.exception("the teacher failed: %r", job)
            memory.give_back()  # teaching takes hundreds of megabytes for a moment
