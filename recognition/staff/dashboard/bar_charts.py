"""Small bar charts, a bar for each day, as numbers for an SVG template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

HEIGHT = 100
_GAP = 0.2  # of a bar's width


@dataclass(frozen=True)
class Part:
    """A piece of a bar, in the units of the chart; y counts from the top."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """The parts of a day. text: what it shows, for screen readers."""

    x: float
    parts: tuple[Part, ...]
    day: str
    text: str


@dataclass(frozen=True)
class Chart:
    """top: the value at the upper edge, as text."""

    bars: list[Bar]
    top: str
    height: int = HEIGHT
    bar_width: float = 1 - _GAP

    @property
    def width(self) -> int:
        return len(self.bars)


def uploads(days: Sequence[dict[str, Any]]) -> Chart:
    """How many photos were uploaded. days: {"day": ISO date, "photos": count}, oldest first."""
    most = max(day["photos"] for day in days) or 1
    bars = []
    for index, day in enumerate(days):
        share = HEIGHT * day["photos"] / most
        text = ngettext("%(photos)s photo", "%(photos)s photos", day["photos"])
        text %= {"photos": number_format(day["photos"], force_grouping=True)}
        bars.append(_bar(index, day, (Part("all", HEIGHT - share, share),), text))
    return Chart(bars, number_format(most, force_grouping=True))


def agreement(days: Sequence[dict[str, Any]]) -> Chart:
    """The share of decisions that agreed with the network; a day without decisions stays empty.

    days: {"day": ISO date, "right": count, "decisions": count}, oldest first.
    """
    bars = []
    for index, day in enumerate(days):
        right, decisions = day["right"], day["decisions"]
        agreed = HEIGHT * right / decisions if decisions else 0
        parts = (
            Part("wrong", 0, HEIGHT - agreed if decisions else 0),
            Part("right", HEIGHT - agreed, agreed),
        )
        text = _("%(right)s of %(decisions)s") % {"right": right, "decisions": decisions}
        bars.append(_bar(index, day, parts, text if decisions else "–"))
    return Chart(bars, number_format(100) + "\N{NO-BREAK SPACE}%")


def _bar(index: int, day: dict[str, Any], parts: tuple[Part, ...], text: str) -> Bar:
    shown = date_format(date.fromisoformat(day["day"]), "MONTH_DAY_FORMAT")
    return Bar(index + _GAP / 2, parts, shown, text)
