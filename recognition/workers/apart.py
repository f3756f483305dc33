"""Photos that take long to decode: predicted one at a time, beside everything else.

The predictor hands them over, goes on with others, and stores what has become of them when it comes
by: only its own thread has to do with the database.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import NamedTuple

from recognition.cnn.serving.classifier import Classifier, Look, Outcome


class _Task(NamedTuple):
    classifier: Classifier
    look: Look
    store: Callable[[Outcome], int]


class Apart:
    """Of one process, in which one thread works."""

    def __init__(self) -> None:
        self._tasks: deque[_Task] = deque()
        self._now: Future[Outcome] | None = None
        self._thread = ThreadPoolExecutor(1, "apart")

    @property
    def is_idle(self) -> bool:
        return not self._tasks

    def add(self, classifier: Classifier, look: Look, store: Callable[[Outcome], int]) -> None:
        """store: what to do with the outcome; returns how many photos were settled."""
        self._tasks.append(_Task(classifier, look, store))
        self._begin()

    def collect(self, wait_s: float = 0.0) -> int:
        """Store what is done, and go on with the next; return how many photos were settled."""
        if self._now is None:
            return 0
        wait([self._now], wait_s)
        if not self._now.done():
            return 0
        task, done = self._tasks.popleft(), self._now
        self._now = None
        self._begin()
        return task.store(done.result())

    def _begin(self) -> None:
        if self._tasks and self._now is None:
            task = self._tasks[0]
            self._now = self._thread.submit(task.classifier.predict_apart, task.look)
