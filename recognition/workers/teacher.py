"""What the teacher does when it is woken: its jobs, one after another.

Each takes seconds, and notices quickly that there is nothing to do.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from recognition.core import heartbeats, process
from recognition.labels import merging
from recognition.models import Mode
from recognition.photos import deletion, erasure, trash
from recognition.photos.capture import places
from recognition.storage import checking
from recognition.training import automation, datasets, watch
from recognition.training.executor import execute
from recognition.training.learning_curve import drawing
from recognition.versions import bundles
from recognition.versions.comparison import comparing
from recognition.workers import loop


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
    erasure.delete_asked,
    merging.merge_asked,
    deletion.delete_asked,
    trash.restore_asked,
    places.apply_asked,
    trash.empty_expired,
    datasets.forget_unused,
    checking.launch_if_due,
    checking.check_pending,
)


def set_up_process() -> None:
    """Called once in the teacher's process; what takes seconds to load is loaded now."""
    process.yield_to_others(10)
    process.end_at_once_when_terminated()
    import recognition.training.teach  # noqa: F401

    # What is loaded stays: the garbage collector need not look at it again.
    gc.freeze()


def work() -> None:
    with heartbeats.beating(heartbeats.TEACHER):
        loop.run_each(JOBS, heartbeats.TEACHER)
