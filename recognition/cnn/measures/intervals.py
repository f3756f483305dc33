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


def difference(one: tuple[float, float], other: tuple[float, float], z: float) -> Interval:
    """Newcombe's interval (1998) for how much larger one share, right / number, is than another."""
    (right, number), (other_right, other_number) = one, other
    share, other_share = right / max(number, 1), other_right / max(other_number, 1)
    low, high = wilson(right, number, z)
    other_low, other_high = wilson(other_right, other_number, z)
    between = share - other_share
    return Interval(
        between - math.hypot(share - low, other_high - other_share),
        between + math.hypot(high - share, other_share - other_low),
    )
