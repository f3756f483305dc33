"""Shares that were counted, with how far they may be off."""

from __future__ import annotations

from typing import NamedTuple

from recognition.cnn.measures.intervals import Z_SHOWN, Interval, wilson

FEW = 20  # with fewer nothing is said


class Share(NamedTuple):
    right: int
    number: int

    @property
    def share(self) -> float:
        return self.right / self.number if self.number else 0.0

    @property
    def interval(self) -> Interval:
        return wilson(self.right, self.number, Z_SHOWN)

    @property
    def is_few(self) -> bool:
        return self.number < FEW
