"""What need not be done each time."""

from __future__ import annotations

import time


class AtMostEvery:
    """For one thread; where several ask, it may be done once too often."""

    def __init__(self, pause_s: float) -> None:
        self._pause_s = pause_s
        self._last_s = float("-inf")

    def is_due(self) -> bool:
        """Whether the pause is over since it was last answered so."""
        now_s = time.monotonic()
        if now_s < self._last_s + self._pause_s:
            return False
        self._last_s = now_s
        return True
