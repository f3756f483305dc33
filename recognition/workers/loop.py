"""The loop of the workers that have several jobs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from recognition.core import memory

logger = logging.getLogger(__name__)


def run_each(jobs: Iterable[Callable[[], object]], part: str) -> None:
    """Run the jobs of this part of the product, one after another. One that fails is logged, and
    does not stop those that come after it, which do not depend on it."""
    for job in jobs:
        try:
            job()
        except Exception:
            logger.exception("the %s failed: %r", part, job)
        memory.give_back()
