"""What the explainer does when it is woken: it works out what networks saw in photos, for people
who look at a page and wait.

It takes one processor, after those who predict, and loads torch when it is first asked. When nobody
has asked for a while it ends, to be started again without torch by whatever looks after it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from recognition.core import heartbeats, process
from recognition.explanations import asking, kept, walks, whys
from recognition.workers import loop

JOBS: tuple[Callable[[], object], ...] = (
    whys.work_on_asked,
    walks.work_on_asked,
    asking.forget_failed,
    kept.clean_if_due,
)
IDLE_S = 15 * 60  # a gigabyte that nobody uses

_asked_s = time.monotonic()  # when there was something to work out


def set_up_process() -> None:
    """Called once in the explainer's process."""
    process.yield_to_others(10)
    process.end_at_once_when_terminated()


def work() -> None:
    global _asked_s
    if asking.is_asked():
        _asked_s = time.monotonic()
    with heartbeats.beating(heartbeats.EXPLAINER):
        loop.run_each(JOBS, heartbeats.EXPLAINER)
    if "torch" in sys.modules and time.monotonic() > _asked_s + IDLE_S:
        process.end_now()
