"""Whoever sends many wrong API tokens has to wait, before the database is asked again.

Wrong ones are counted for each address in `core.rate_limits`. Each process remembers by itself who
has to wait, so that a right token costs nothing more; and it remembers which tokens were right
lately, so that a program is not held up by another one at its address.
"""

from __future__ import annotations

import math
import time

from recognition.core import client, rate_limits

MOST = 30
PERIOD_S = 60.0
_RIGHT_FOR_S = 900.0
_MOST_REMEMBERED = 10_000

_until: dict[str, float] = {}
_right: dict[str, float] = {}


def wait_s(address: str, digest: str) -> int:
    """How long this address has to wait with this token; 0: not at all."""
    now = time.monotonic()
    left_s = _until.get(client.shared_by(address), 0.0) - now
    if left_s <= 0 or _right.get(digest, 0.0) > now:
        return 0
    return math.ceil(left_s)


def was_wrong(address: str, digest: str) -> int:
    """Count it; how long the address now has to wait."""
    _right.pop(digest, None)
    left_s = rate_limits.hit(f"wrong-tokens:{client.shared_by(address)}", MOST, PERIOD_S)
    if left_s:
        _remember(_until, client.shared_by(address), left_s)
    return left_s


def was_right(digest: str) -> None:
    _remember(_right, digest, _RIGHT_FOR_S)


def forget() -> None:
    """Begin anew, as a new process does."""
    _until.clear()
    _right.clear()


def _remember(ends: dict[str, float], key: str, for_s: float) -> None:
    if len(ends) >= _MOST_REMEMBERED:
        ends.clear()  # a flood: begin anew, rather than grow
    ends[key] = time.monotonic() + for_s
