"""What the analyst does when it is woken: its jobs, one after another.

Each job notices quickly that there is nothing to do, and can be broken off at any moment. While
photos are being predicted the analyst leaves them the machine, for HOLD_BACK_S seconds at most.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from recognition.analysis import (
    acceptance,
    analysis,
    bursts,
    drift,
    refresher,
    suspect_search,
)
from recognition.analysis.photo_map import drawing
from recognition.core import audit, heartbeats, process
from recognition.models import Prediction, State
from recognition.review import statistics
from recognition.workers import loop, messenger

HOLD_BACK_S = 60
QUIET_S = 2  # without a new prediction: nobody uploads any more


class Analyst:
    """Runs its jobs, unless photos are being predicted."""

    def __init__(self, *jobs: Callable[[], object]) -> None:
        self._jobs = jobs
        self._worked_s = float("-inf")

    def work(self) -> None:
        if _is_predicting() and time.monotonic() < self._worked_s + HOLD_BACK_S:
            return
        with heartbeats.beating(heartbeats.ANALYST):
            loop.run_each(self._jobs, heartbeats.ANALYST)
        self._worked_s = time.monotonic()


def set_up_process() -> None:
    """Called once in the analyst's process."""
    process.yield_to_others(19)
    process.end_at_once_when_terminated()
    messenger.start()


def _is_predicting() -> bool:
    """Photos that wait for a predictor that is not running do not count."""
    waiting = Prediction.objects.filter(state__in=(State.PENDING, State.RUNNING))
    just_now = timezone.now() - timedelta(seconds=QUIET_S)
    fresh = Prediction.objects.filter(analysis_due__gte=just_now)
    return fresh.exists() or (waiting.exists() and heartbeats.is_heard())


work = Analyst(
    analysis.analyse_due,
    bursts.fill_due,
    refresher.refresh_if_due,
    drift.look_if_due,
    acceptance.apply_promise,
    drawing.draw_if_asked,
    suspect_search.search_if_due,
    statistics.refresh_if_due,
    audit.delete_old_if_due,
).work
