"""What the analyst does, and in which order, whenever it is rung.

Each duty finds out quickly when there is nothing to do, and bears being broken off. While photos
are being predicted the analyst leaves them the machine, but not for ever.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from recognition import figures, selectors
from recognition.analyst import acceptance, analysis, heads, suspect_search
from recognition.models import Prediction, State

logger = logging.getLogger(__name__)

HOLD_BACK_S = 60
QUIET_S = 2  # without a new prediction: then nobody is at the door any more


class Analyst:
    def __init__(self, *duties: Callable[[], object]) -> None:
        self._duties = duties
        self._worked_s = float("-inf")

    def work(self) -> None:
        if _is_predicting() and time.monotonic() < self._worked_s + HOLD_BACK_S:
            return
        for duty in self._duties:
            try:
                duty()
            except Exception:  # the other duties have nothing to do with it
                logger.exception("the analyst failed: %r", duty)
        self._worked_s = time.monotonic()


def settle_in() -> None:
    """For the process that is the analyst: nobody waits for it, neither at work nor at its end."""
    # Linux shares the processors evenly among sessions, and honcho starts each process in one of
    # its own, so that `nice` alone would change nothing (sched(7), "The autogroup feature").
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text("19")
    # Celery would wait for the end of a task, which can be minutes away.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _is_predicting() -> bool:
    """Without a predictor photos wait for something else than the machine."""
    waiting = Prediction.objects.filter(state__in=(State.PENDING, State.RUNNING))
    just_now = timezone.now() - timedelta(seconds=QUIET_S)
    fresh = Prediction.objects.filter(analysis_due__gte=just_now)
    return fresh.exists() or (waiting.exists() and selectors.is_predictor_heard())


work = Analyst(
    analysis.analyse_due,
    heads.refresh_if_due,
    acceptance.keep,
    suspect_search.search_if_due,
    figures.refresh_if_due,
).work
