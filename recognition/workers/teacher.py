"""What the teacher does when it is woken: its jobs, one after another.

Each takes seconds, and notices quickly that there is nothing to do. Torch comes with the first one
that needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from recognition.core import heartbeats, memory, process
from recognition.labels import merging
from recognition.models import Mode, TrainingRun
from recognition.photos import deletion, erasure, trash
from recognition.photos.capture import places
from recognition.storage import checking
from recognition.training import automation, datasets, expected, watch
from recognition.training.executor import execute
from recognition.training.learning_curve import drawing
from recognition.training.watch import Watch
from recognition.versions import bundles
from recognition.versions.comparison import comparing
from recognition.workers import loop


def teach_pending() -> None:
    """Work on all runs that teach, which take seconds."""
    watch.recover()
    while run := watch.claim((Mode.TEACH,)):
        execute(run, _teach)


def load_if_expected() -> None:
    """Nobody waits for it yet."""
    if expected.is_lesson_expected():
        _load()
        loop.stay()


def _teach(run: TrainingRun, watch: Watch) -> Path:
    _load()
    from recognition.training import teach

    return teach.teach_claimed(run, watch)


def _load() -> None:
    """Torch takes seconds."""
    if "recognition.training.teach" not in sys.modules:
        import_module("recognition.training.teach")
        memory.keep_what_is_loaded()


JOBS: tuple[Callable[[], object], ...] = (
    load_if_expected,
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
    """Called once in the teacher's process."""
    process.yield_to_others(10)
    process.end_at_once_when_terminated()


def work() -> None:
    loop.work(JOBS, heartbeats.TEACHER)
