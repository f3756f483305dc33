"""How errors shrink as photos are added: a power law, fitted by weighing all of its shapes.

After n photos the share of errors is c + (e - c) * (1 + n / s)^-b: the curve of Cortes et al. 1993
("Learning Curves: Asymptotic Values and Rate of Convergence"), shifted, because the network knows
something before the first photo (Viering and Loog 2021, arXiv:2103.10948, list its kin). A label
has few points with much chance in each, so no single curve is fitted: every curve of a grid is
weighted by how well it explains the counts (Bayes' rule), and what is said of the future is an
average over all of them, with its uncertainty.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# The points of a curve share their test photos, so that together they say less than their sum.
_WEIGHT_OF_A_POINT = 0.5
_LEAST_ERROR = 1e-3
_LOW, _HIGH = 0.1, 0.9  # quantiles that are shown


class Point(NamedTuple):
    """After `taught` photos, a mean over draws, `wrong` of `tested` photos were wrong."""

    taught: float
    wrong: int
    tested: int


class Estimate(NamedTuple):
    """A mean, and bounds that hold in 8 of 10 cases."""

    mean: float
    low: float
    high: float


class _Grid(NamedTuple):
    """All curves, (G,) each: e, b, c and s of the formula above."""

    first: Floats
    exponent: Floats
    rest: Floats
    scale: Floats

    def errors(self, taught: float) -> Floats:
        """(G,): the share of errors after so many photos."""
        fallen: Floats = (1 + taught / self.scale) ** -self.exponent
        return self.rest + (self.first - self.rest) * fallen


@cache
def _grid() -> _Grid:
    axes = (
        np.geomspace(0.003, 1, 24),
        np.linspace(0.2, 1.6, 8),
        np.array([0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9]),
        np.array([1.0, 3, 10, 30, 100]),
    )
    first, exponent, share, scale = (axis.ravel() for axis in np.meshgrid(*axes, indexing="ij"))
    return _Grid(first, exponent, share * first, scale)


class Curve:
    """What these points tell of a learning curve."""

    def __init__(self, points: Sequence[Point]) -> None:
        logs = np.zeros(len(_grid().first))
        for point in points:
            errors = np.clip(_grid().errors(point.taught), _LEAST_ERROR, 1 - _LEAST_ERROR)
            right = point.tested - point.wrong
            logs += point.wrong * np.log(errors) + right * np.log1p(-errors)
        weights = np.exp(_WEIGHT_OF_A_POINT * (logs - logs.max()))
        self._weights: Floats = weights / weights.sum()

    def error(self, taught: float) -> Estimate:
        """The share of errors (0 to 1) after so many photos."""
        return self._estimate(_grid().errors(taught))

    def gain(self, taught: float, more: float) -> Estimate:
        """How much the share of errors falls (0 to 1) from `taught` to `taught + more` photos."""
        return self._estimate(_grid().errors(taught) - _grid().errors(taught + more))

    def _estimate(self, values: Floats) -> Estimate:
        order = np.argsort(values)
        below = np.cumsum(self._weights[order])
        low, high = (values[order[np.searchsorted(below, quantile)]] for quantile in (_LOW, _HIGH))
        return Estimate(float(self._weights @ values), float(low), float(high))
