"""What the explainer does when it is woken: it works out what networks saw in photos, for people
who look at a page and wait.

It takes one processor, after those who predict, and loads torch when it is first asked.
"""

from __future__ import annotations

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


def set_up_process() -> None:
    """Called once in the explainer's process."""
    process.yield_to_others(10)
    process.end_at_once_when_terminated()


def work() -> None:
    loop.work(JOBS, heartbeats.EXPLAINER)
