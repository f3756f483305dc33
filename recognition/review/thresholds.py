"""The confidence above which a network keeps a promised precision: statistics, and nothing else.

Reviewed predictions are counted in bands of confidence. A threshold is one of the few edges of
these bands, fixed beforehand. They are tested from the strictest on, and the first that fails ends
it (fixed-sequence testing, as in "Learn then Test", Angelopoulos et al. 2021): so the promise of
one test holds for whichever threshold comes out, as it would not for the best of many tried.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

STEPS = (0.999, 0.998, 0.995, 0.99, 0.98, 0.95, 0.9, 0.8, 0.5)  # strictest first
BANDS = len(STEPS) + 1  # the last one is never accepted
Z_PROMISE = 1.645  # one-sided: the promise is kept in 95 of 100 cases
Z_SHOWN = 1.96  # two-sided: intervals beside what was observed
_SLACK = 2  # tests begin where some mistakes are allowed, or a lone one would end them all


class Interval(NamedTuple):
    low: float
    high: float


class Threshold(NamedTuple):
    """confidence: accept from here on. precision: as estimated there, with its bounds."""

    confidence: float
    precision: float
    bounds: Interval


def wilson(right: float, number: float, z: float) -> Interval:
    """Wilson's score interval (1927) for a share of `right` among `number`."""
    if number <= 0:
        return Interval(0.0, 1.0)
    share = right / number
    centre = share + z * z / (2 * number)
    spread = z * math.sqrt(share * (1 - share) / number + (z / (2 * number)) ** 2)
    scale = 1 + z * z / number
    return Interval(max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale))


def band(confidence: float) -> int:
    return next((place for place, step in enumerate(STEPS) if confidence >= step), BANDS - 1)


def needed(target: float) -> int:
    """How many reviewed photos it takes to promise this precision."""
    return math.ceil(_SLACK * Z_PROMISE**2 * target / (1 - target))


def _zeros() -> list[int]:
    return [0] * BANDS


@dataclass
class Tally:
    """Photos by band of confidence: reviewed, rightly predicted among these, and uploads at all."""

    reviewed: list[int] = field(default_factory=_zeros)
    right: list[int] = field(default_factory=_zeros)
    uploads: list[int] = field(default_factory=_zeros)

    def review(self, confidence: float, is_right: bool) -> None:
        self.reviewed[band(confidence)] += 1
        self.right[band(confidence)] += is_right

    def upload(self, confidence: float) -> None:
        self.uploads[band(confidence)] += 1

    def accepted_uploads(self, threshold: float) -> int:
        return sum(self.uploads[: band(threshold) + 1])

    def threshold(self, target: float) -> Threshold | None:
        """The lowest confidence that keeps the target; none if nothing does, or too few were
        reviewed to say."""
        found = None
        for place, step in enumerate(STEPS):
            precision, number = self._estimate(place + 1)
            if number < needed(target) or not self.reviewed[place]:
                continue
            bounds = wilson(precision * number, number, Z_PROMISE)
            if bounds.low < target:
                break
            found = Threshold(step, precision, bounds)
        return found

    def _estimate(self, bands: int) -> tuple[float, float]:
        """The precision in the first bands, and how many photos it rests on.

        Reviewers choose what they look at, so each band counts as much as it does among the
        uploads; the photos that this leaves are the effective sample size (Kish 1965). A band of
        uploads that nobody looked into counts as one photo, wrong.
        """
        weights = self.uploads[:bands] if sum(self.uploads[:bands]) else self.reviewed[:bands]
        total = sum(weights)
        precision = noise = 0.0
        for weight, reviewed, right in zip(weights, self.reviewed, self.right, strict=False):
            share = weight / total if total else 0.0
            precision += share * right / max(reviewed, 1)
            noise += share**2 / max(reviewed, 1)
        return precision, min(1 / noise if noise else 0.0, sum(self.reviewed[:bands]))


def together(tallies: Sequence[Tally]) -> Tally:
    """The sum of several."""

    def add(rows: Sequence[list[int]]) -> list[int]:
        return [sum(column) for column in zip(_zeros(), *rows, strict=True)]

    return Tally(
        add([tally.reviewed for tally in tallies]),
        add([tally.right for tally in tallies]),
        add([tally.uploads for tally in tallies]),
    )
