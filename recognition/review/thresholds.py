"""The confidence above which a network keeps a promised precision: pure statistics.

Reviewed predictions are counted in bands of confidence. A threshold is an edge of one of these few
bands, which are fixed beforehand. The edges are tested from the strictest one on, until the first
test fails (fixed-sequence testing, as in "Learn then Test", Angelopoulos et al. 2021). So the
threshold that comes out has the error rate of a single test, unlike the best of many that were
tried.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from recognition.cnn.measures.intervals import Interval, wilson

STEPS = (0.999, 0.998, 0.995, 0.99, 0.98, 0.95, 0.9, 0.8, 0.5)  # strictest first
BANDS = len(STEPS) + 1  # the last one is never accepted
Z_PROMISE = 1.645  # one-sided: the promise is kept in 95 of 100 cases
_SLACK = 2  # so many times the fewest photos, or a single mistake would end all tests


class Threshold(NamedTuple):
    """confidence: the least that is accepted. precision: estimated from there on, with bounds."""

    confidence: float
    precision: float
    bounds: Interval


def band(confidence: float) -> int:
    """The number of the band that a confidence (0 to 1) is in; 0 is the surest."""
    return next((place for place, step in enumerate(STEPS) if confidence >= step), BANDS - 1)


def needed(target: float) -> int:
    """How many reviewed photos it takes to promise this precision (0 to 1, exclusive)."""
    return math.ceil(_SLACK * Z_PROMISE**2 * target / (1 - target))


def _zeros() -> list[int]:
    return [0] * BANDS


@dataclass
class Tally:
    """Photos by band of confidence: reviewed ones, those of them rightly predicted, all uploads."""

    reviewed: list[int] = field(default_factory=_zeros)
    right: list[int] = field(default_factory=_zeros)
    uploads: list[int] = field(default_factory=_zeros)

    def review(self, confidence: float, is_right: bool) -> None:
        """Count a reviewed photo."""
        self.reviewed[band(confidence)] += 1
        self.right[band(confidence)] += is_right

    def upload(self, confidence: float) -> None:
        """Count an uploaded photo, reviewed or not."""
        self.uploads[band(confidence)] += 1

    def accepted_uploads(self, threshold: float) -> int:
        """How many uploads have this confidence, one of STEPS, or more."""
        return sum(self.uploads[: band(threshold) + 1])

    def threshold(self, target: float) -> Threshold | None:
        """The lowest confidence that keeps the target precision (0 to 1, exclusive). None if no
        confidence does, or too few photos were reviewed."""
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

        Reviewers choose what they look at, so each band is weighted by its share of the uploads.
        The number of photos is then the effective sample size (Kish 1965). A band of uploads of
        which none was reviewed counts as one photo that is wrong.
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
