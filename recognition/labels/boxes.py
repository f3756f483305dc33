"""Boxes that people draw: left, top, right and bottom in parts of 1 of the upright photo."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

Box = list[float]

WHOLE: Box = [0.0, 0.0, 1.0, 1.0]
SMALLEST_SIDE = 0.01  # below that there is nothing to recognise
_ROUNDING = 1e-6  # what arithmetic in a browser may add to an edge
_SAME = 1e-4  # a tenth of a pixel of what anybody sees on a page


class InvalidBox(ValueError):
    """Its text says why, for people."""


def checked(box: object) -> Box:
    """The box as it is stored. Raises InvalidBox."""
    numbers = box if isinstance(box, list | tuple) else []
    if len(numbers) != 4 or not all(_is_finite(number) for number in numbers):
        raise InvalidBox(_("A box is four numbers: left, top, right and bottom, each 0 to 1."))
    if not all(-_ROUNDING <= number <= 1 + _ROUNDING for number in numbers):
        raise InvalidBox(_("A box lies within the photo: its numbers are 0 to 1."))
    left, top, right, bottom = (float(min(max(number, 0), 1)) for number in numbers)
    if right <= left or bottom <= top:
        raise InvalidBox(_("Left comes before right in a box, and top before bottom."))
    if min(right - left, bottom - top) < SMALLEST_SIDE - _ROUNDING:
        raise InvalidBox(_("The box is too small: at least 1 % of the photo's width and height."))
    return [left, top, right, bottom]


def same(first: Iterable[float], second: Iterable[float]) -> bool:
    """Whether two boxes are one."""
    pairs = zip(first, second, strict=True)
    return all(math.isclose(one, other, abs_tol=_SAME, rel_tol=0) for one, other in pairs)


def _is_finite(number: Any) -> bool:
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    # A whole number may be too large to be compared as a float.
    return is_number and (isinstance(number, int) or math.isfinite(number))
