"""The teacher's jobs, which run one after another whenever its bell rings.

Each takes seconds, and notices quickly that there is nothing to do.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable

from recognition.core import doorbell, memory, process
from recognition.training import automation
from recognition.training.learning_curve import drawing
from recognition.versions import bundles
from recognition.versions.comparison import comparing
from recognition.workers import trainer

logger = logging.getLogger(__name__)

JOBS: tuple[Callable[[], object], ...] = (
    automation.launch_if_due,
    trainer.teach_pending,
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
    with process.heard_as(doorbell.TEACHER):
        for job in JOBS:
            try:
                job()
            except Exception:  # the other jobs do not depend on it
                logger.exception("the teacher failed: %r", job)
            memory.give_back()  # teaching takes hundreds of megabytes for a moment
