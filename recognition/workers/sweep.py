"""The sweep: what was missed, because a worker died or Redis was away, is looked for again."""

from __future__ import annotations

from recognition.core import wakeups
from recognition.predictions import queue
from recognition.training import watch
from recognition.workers import predictor


def sweep() -> None:
    """Runs in a predictor every few seconds. Rows whose worker is gone wait again."""
    queue.recover()
    watch.recover()
    wakeups.wake_teacher()
    wakeups.wake_trainer()
    predictor.serve()
    wakeups.wake_analyst()
