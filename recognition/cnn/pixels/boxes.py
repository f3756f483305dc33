"""Boxes: where in a photo something stands, in parts of 1 of the upright photo."""

from __future__ import annotations

from typing import NamedTuple


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """0 to 1; 0 also of a box that is turned inside out."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        shared = self._shared(other).area
        union = self.area + other.area - shared
        return shared / union if union else 0.0

    def share_inside(self, other: Box) -> float:
        """The share of this box that lies in the other one, 0 to 1."""
        return self._shared(other).area / self.area if self.area else 0.0

    def _shared(self, other: Box) -> Box:
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )


WHOLE = Box(0.0, 0.0, 1.0, 1.0)
