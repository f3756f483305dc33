"""The loop of the workers that have several jobs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from recognition.core import failures, memory

logger = logging.getLogger(__name__)


def run_each(jobs: Iterable[Callable[[], object]], part: str) -> None:
    """Run the jobs of this part of the product, one after another. One that fails is logged, and
    does not stop those that come after it, which do not depend on it."""
    for job in jobs:
        name = getattr(job, "__name__", repr(job))
        try:
            job()
        except Exception as error:
            logger.exception("the %s failed: %r", part, job)
            failures.failed(part, name, error)
        else:
            failures.went_well(part, name)
        memory.give_back()
