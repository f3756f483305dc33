"""Compare two pictures pixel by pixel, of which one may be a cropped copy of the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

_SIDE = 64
_CUT_OFF = (0.03, 0.05, 0.08, 0.11)  # shares of width and height
_WHERE = (0.0, 0.5, 1.0)  # cut off at the left or top, on both sides, at the right or bottom


def overlap(one: Image.Image, other: Image.Image) -> float:
    """The correlation of their greys, -1 to 1, where one picture fits best into the other.

    Both pictures are in mode L.
    """
    best = float(_standardised(one) @ _standardised(other))
    for whole, part in ((one, other), (other, one)):
        pixels = _standardised(part)
        for box in _crops(*whole.size):
            best = max(best, float(_standardised(whole, box) @ pixels))
    return best


def _crops(width: int, height: int) -> list[tuple[float, float, float, float]]:
    return [
        (
            width * cut * x,
            height * cut * y,
            width * (1 - cut + cut * x),
            height * (1 - cut + cut * y),
        )
        for cut in _CUT_OFF
        for x in _WHERE
        for y in _WHERE
    ]


def _standardised(
    image: Image.Image, box: tuple[float, float, float, float] | None = None
) -> npt.NDArray[np.float32]:
    """float32 (_SIDE * _SIDE,): the greys, with mean 0 and length 1; all 0 for a plain picture."""
    small = image.resize((_SIDE, _SIDE), Image.Resampling.BOX, box=box)
    greys = np.asarray(small, np.float32).ravel()
    greys = greys - greys.mean()
    length: float = max(float(np.linalg.norm(greys)), 1e-6)
    standardised: npt.NDArray[np.float32] = greys / length
    return standardised
