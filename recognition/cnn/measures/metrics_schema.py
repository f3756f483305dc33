"""What `evaluation.measure` makes, as a schema: figures from elsewhere, or from earlier times, are
held against it before anybody calculates with them. Torch-free."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

_ROUNDING = 1e-6  # ends of intervals are off by a little
Share = Annotated[float, Meta(ge=-_ROUNDING, le=1 + _ROUNDING)]
Photos = Annotated[int, Meta(ge=0, le=10**9)]
Slug = Annotated[str, Meta(min_length=1, max_length=50)]
Interval = tuple[Share, Share]


class Scores(Struct, forbid_unknown_fields=True):
    photos: Photos
    recall: Share
    f1: Share
    precision: Share | None


class Bin(Struct, forbid_unknown_fields=True):
    low: Share
    high: Share
    photos: Photos
    confidence: Share
    accuracy: Share


class Calibration(Struct, forbid_unknown_fields=True):
    bins: Annotated[list[Bin], Meta(max_length=100)]
    ece: Share | None


class Neither(Struct, forbid_unknown_fields=True):
    photos: Photos
    rejected: Share | None
    wrongly_rejected: Share | None


class Metrics(Struct, forbid_unknown_fields=True):
    """Versions that were measured before a figure existed lack it."""

    photos: Photos = 0
    accuracy: Share | None = None
    accuracy_interval: Interval | None = None
    broad: Share | None = None
    macro_f1: Share | None = None
    macro_f1_interval: Interval | None = None
    per_label: Annotated[dict[Slug, Scores], Meta(max_length=5_000)] = {}
    confusion: list[tuple[Slug, Slug, Photos]] = []
    calibration: Calibration | None = None
    neither: Neither | None = None

    def __post_init__(self) -> None:
        if self.photos and None in (
            self.accuracy,
            self.accuracy_interval,
            self.macro_f1,
            self.macro_f1_interval,
            self.calibration,
            self.neither,
        ):
            raise ValueError("figures of measured photos are missing")


def are_metrics(value: Any) -> bool:
    """Whether pages can calculate with it."""
    try:
        msgspec.convert(value, Metrics)
    except (msgspec.ValidationError, RecursionError):
        return False
    return True
