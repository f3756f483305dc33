"""The predictors' queue, simulated: photos come at random, predictors claim up to 16 of those that
wait, and what a dead predictor held waits until its lease is over and is then claimed alone.

Nothing here knows Ark: it takes times and gives times. The same seed gives the same figures.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.fleet_costs import BATCH, LEASE_S

Times = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Predictors:
    """count: processes, each on a processor of its own. A batch of n takes claim_s + n * photo_s.
    dies: the share of batches whose predictor vanishes; another is there after again_s."""

    count: int
    claim_s: float
    photo_s: float
    batch: int = BATCH
    dies: float = 0.0
    lease_s: float = LEASE_S
    again_s: float = 5.0

    @property
    def most_per_s(self) -> float:
        """With full batches."""
        return self.count * self.batch / (self.claim_s + self.batch * self.photo_s)


@dataclass(frozen=True)
class Seen:
    """Of each photo, in the order in which they came: when it came, and when its answer was stored.
    batches: how many photos each claim took. twice: photos that were predicted again."""

    came: Times
    stored: Times
    batches: Times
    busy_s: float
    twice: int

    @property
    def waits(self) -> Times:
        return self.stored - self.came

    def present(self, at: Times) -> npt.NDArray[np.int64]:
        """How many photos had come and had no answer yet."""
        came = np.searchsorted(self.came, at, side="right")
        return came - np.searchsorted(np.sort(self.stored), at, side="right")


def simulate(predictors: Predictors, per_s: float, photos: int, seed: int = 1) -> Seen:
    """So many photos come, `per_s` on average, each by itself; until all are stored."""
    draw = np.random.default_rng(seed)
    return _Run(predictors, np.cumsum(draw.exponential(1 / per_s, photos)), draw).seen()


class _Run:
    """next: the first photo that nobody has claimed. lost: when leases end, and the photo."""

    def __init__(self, predictors: Predictors, came: Times, draw: np.random.Generator) -> None:
        self._predictors, self._came, self._draw = predictors, came, draw
        self._stored = np.full(len(came), np.nan)
        self._next = 0
        self._lost: list[tuple[float, int]] = []
        self._batches: list[int] = []
        self._busy_s, self._twice = 0.0, 0

    def seen(self) -> Seen:
        free = [0.0] * self._predictors.count  # when each predictor has nothing to do
        while self._next < len(self._came) or self._lost:
            # The first to be free takes what is there, or what comes next.
            at = max(heapq.heappop(free), self._first_waits_from())
            heapq.heappush(free, self._work(at, self._claim(at)))
        batches = np.array(self._batches, np.float64)
        return Seen(self._came, self._stored, batches, self._busy_s, self._twice)

    def _first_waits_from(self) -> float:
        fresh = self._came[self._next] if self._next < len(self._came) else np.inf
        return min(float(fresh), self._lost[0][0] if self._lost else np.inf)

    def _claim(self, at: float) -> list[int]:
        if self._lost and self._lost[0][0] <= at:
            return [heapq.heappop(self._lost)[1]]
        there = int(np.searchsorted(self._came, at, side="right"))
        first, self._next = self._next, min(there, self._next + self._predictors.batch)
        return list(range(first, self._next))

    def _work(self, at: float, claimed: list[int]) -> float:
        """When the predictor, or who comes after it, is free again."""
        predictors = self._predictors
        self._batches.append(len(claimed))
        ends = at + predictors.claim_s + len(claimed) * predictors.photo_s
        self._busy_s += ends - at
        if predictors.dies and self._draw.random() < predictors.dies:
            self._twice += len(claimed)
            for photo in claimed:
                heapq.heappush(self._lost, (at + predictors.lease_s, photo))
            return ends + predictors.again_s
        self._stored[claimed] = ends
        return ends


def percentiles(predictors: Predictors, utilisation: float, photos: int) -> tuple[float, float]:
    """p50 and p99 of the seconds from row to stored answer. utilisation: of what predictors can do
    with full batches."""
    waits = simulate(predictors, utilisation * predictors.most_per_s, photos).waits
    p50, p99 = np.percentile(waits[photos // 10 :], [50, 99])  # without the empty beginning
    return float(p50), float(p99)


def knee(predictors: Predictors, photos: int) -> float:
    """The highest utilisation, in steps of 0.01, up to which p99 stays below two full batches: one
    that was begun before, and one's own."""
    limit = 2 * predictors.batch * predictors.count / predictors.most_per_s
    steps = range(50, 100)

    def p99(step: int) -> float:
        return percentiles(predictors, step / 100, photos)[1]

    below = bisect_right(steps, limit, key=p99)
    return (steps[0] + below - 1) / 100


def longest_wait_h(rates: Times, capacity: float) -> float:
    """Hours that a photo waits at worst, day after day. rates: photos a second, in equal steps of a
    day. capacity: of all predictors, more than the mean of the rates."""
    step_s = 86_400 / len(rates)
    waiting, worst = 0.0, 0.0
    for rate in [*rates, *rates]:  # the second day begins with what the first left
        waiting = max(0.0, waiting + (rate - capacity) * step_s)
        worst = max(worst, waiting)
    return worst / capacity / 3600
