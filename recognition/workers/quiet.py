"""Now and then, and once it is quiet: what can wait begins once no upload has come for a moment.

Uploads that follow each other closely would otherwise each wait for a batch of it, and share the
processors with it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

QUIET_S = 0.25
# Where it never gets quiet, one batch is done all the same.
LONGEST_WAIT_S = 10.0


class AtMostEvery:
    """What need not be done after each batch. Of one thread."""

    def __init__(self, pause_s: float) -> None:
        self._pause_s = pause_s
        self._last_s = float("-inf")

    def is_due(self) -> bool:
        """Whether the pause is over since the answer was yes."""
        now_s = time.monotonic()
        if now_s < self._last_s + self._pause_s:
            return False
        self._last_s = now_s
        return True


class Quiet:
    """Of one process, in which one thread works."""

    def __init__(self, wake: Callable[[], None]) -> None:
        """wake: called from another thread when it may be quiet."""
        self._wake = wake
        self._upload_s = self._waits_since_s = float("-inf")
        self._timer: threading.Timer | None = None

    def upload_came(self) -> None:
        now_s = time.monotonic()
        if now_s >= self._upload_s + QUIET_S:  # until now there was no reason to wait
            self._waits_since_s = now_s
        self._upload_s = now_s

    def is_now(self) -> bool:
        """Whether to do a batch of what can wait; if not, `wake` is called soon."""
        now_s = time.monotonic()
        if now_s >= self._upload_s + QUIET_S:
            return True
        if now_s >= self._waits_since_s + LONGEST_WAIT_S:
            self._waits_since_s = now_s
            return True
        self._call_soon()
        return False

    def _call_soon(self) -> None:
        if self._timer is None or not self._timer.is_alive():
            self._timer = threading.Timer(QUIET_S, self._wake)
            self._timer.daemon = True
            self._timer.start()
