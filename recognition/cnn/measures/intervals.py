"""How far a share that was counted may be from the true one."""

from __future__ import annotations

import math
from typing import NamedTuple

Z_SHOWN = 1.96  # standard deviations, two-sided 95 %: for intervals that pages show


class Interval(NamedTuple):
    low: float
    high: float


def wilson(right: float, number: float, z: float) -> Interval:
    """Wilson's score interval (1927) for the share right / number; z in standard deviations."""
    if number <= 0:
        return Interval(0.0, 1.0)
    share = right / number
    centre = share + z * z / (2 * number)
    spread = z * math.sqrt(share * (1 - share) / number + (z / (2 * number)) ** 2)
    scale = 1 + z * z / number
    return Interval(max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale))
