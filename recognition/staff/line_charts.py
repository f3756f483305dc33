"""Line charts as numbers for an SVG template: curves of training, of experiments, of reliability.

    context["loss"] = lines_chart(
        [(_("training"), [(1, 0.9), (2, 0.7)]), (_("validation"), [(1, 1.0), (2, None)])],
        name=_("Loss by epoch"), x_name=_("epoch"), y_name=_("loss"),
    )
    {% include "staff/_line_chart.html" with chart=loss %}

The page links staff/training.css.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.formats import number_format

WIDTH, HEIGHT = 420, 250  # of the drawing; it is scaled to its place
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 24, 10, 44  # margins around the plot
_TICKS = 5
_MOST_POINTS = 400  # of a line; more cannot be told apart
_MOST_MARKERS = 40
_ROOM = 0.05  # above and below the lines, of their height
COLOURS, DASHES = 7, 4  # distinct ones in training.css: together they tell 28 lines apart

Point = tuple[float, float | None]


@dataclass(frozen=True)
class Tick:
    at: str
    text: str


@dataclass(frozen=True)
class Marker:
    x: str
    y: str
    text: str


@dataclass(frozen=True)
class Line:
    """style: the classes of the line and of its sample in the legend."""

    name: str
    style: str
    path: str
    markers: list[Marker]


@dataclass(frozen=True)
class LinesChart:
    """rows: all that is drawn as text: what stands on the x axis, then the value of each line."""

    name: str
    x_name: str
    y_name: str
    lines: list[Line]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    rows: list[tuple[str, list[str]]]
    diagonal: str = ""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    top: int = _TOP
    bottom: int = HEIGHT - _BOTTOM
    middle: int = (_LEFT + WIDTH - _RIGHT) // 2


@dataclass(frozen=True)
class _Axis:
    """From values to places in the drawing."""

    low: float
    high: float
    start: int
    end: int
    is_percent: bool

    def place(self, value: float) -> str:
        share = (value - self.low) / (self.high - self.low)
        return f"{self.start + share * (self.end - self.start):.1f}"

    def ticks(self, whole: bool = False) -> list[Tick]:
        step = _nice_step((self.high - self.low) / _TICKS)
        if whole:
            step = max(step, 1.0)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        values = [number * step for number in range(first, last + 1)]
        return [Tick(self.place(value), self.text(value, step)) for value in values]

    def text(self, value: float, step: float) -> str:
        """With as many decimals as this step needs."""
        scale = 100 if self.is_percent else 1
        decimals = max(0, -math.floor(math.log10(step * scale) + 1e-9))
        text = number_format(round(value * scale, decimals), decimals, force_grouping=True)
        return text + "\N{NO-BREAK SPACE}%" if self.is_percent else text


def lines_chart(
    series: Sequence[tuple[str, Sequence[Point]]],
    *,
    name: str,
    x_name: str,
    y_name: str,
    y_percent: bool = False,
    x_percent: bool = False,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    diagonal: bool = False,
) -> LinesChart:
    """A line for each series of (x, y) with rising x; a point without a finite y is left out.

    name: says what the chart shows, for who cannot see it. Percent: values from 0 to 1 are shown as
    0 to 100 %. Ranges: what the axes show at least. diagonal: draw y = x, as what would be ideal.
    """
    drawn = [(title, _thinned(points)) for title, points in series]
    points = [point for _title, points in drawn for point in points]
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    x_axis = _Axis(*_span(xs, x_range, room=0), _LEFT, WIDTH - _RIGHT, x_percent)
    y_axis = _Axis(*_span(ys, y_range, room=_ROOM), HEIGHT - _BOTTOM, _TOP, y_percent)
    if y_percent and max(ys, default=1) <= 1:
        y_axis = replace(y_axis, high=min(y_axis.high, 1.0))
    is_whole = all(float(x).is_integer() for x in xs) and not x_percent
    return LinesChart(
        name=name,
        x_name=x_name,
        y_name=y_name,
        lines=[_line(index, *line, x_axis, y_axis) for index, line in enumerate(drawn)],
        x_ticks=x_axis.ticks(whole=is_whole),
        y_ticks=y_axis.ticks(),
        rows=_rows(drawn, x_axis, y_axis),
        diagonal=_diagonal(x_axis, y_axis) if diagonal else "",
    )


def _thinned(points: Sequence[Point]) -> list[tuple[float, float]]:
    finite = [(x, y) for x, y in points if y is not None and math.isfinite(y)]
    stride = math.ceil(len(finite) / _MOST_POINTS) or 1
    return finite[::-1][::stride][::-1]  # the last point stays


def _span(
    values: list[float], at_least: tuple[float, float] | None, room: float
) -> tuple[float, float]:
    """From the lowest to the highest value; `at_least` bounds get no room beyond them."""
    values = values or [0.0, 1.0]
    low, high = min(values), max(values)
    beyond = room * (high - low or abs(high) or 1.0)
    low, high = low - beyond, high + beyond
    if min(values) >= 0:
        low = max(low, 0.0)
    if at_least:
        low = at_least[0] if at_least[0] <= min(values) else low
        high = at_least[1] if at_least[1] >= max(values) else high
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _nice_step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, and no less than `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)


def _line(
    index: int, title: str, points: list[tuple[float, float]], x_axis: _Axis, y_axis: _Axis
) -> Line:
    places = [(x_axis.place(x), y_axis.place(y)) for x, y in points]
    markers = []
    if len(points) <= _MOST_MARKERS:
        markers = [
            Marker(*place, f"{title}, {_shown(x, x_axis)}: {_shown(y, y_axis)}")
            for place, (x, y) in zip(places, points, strict=True)
        ]
    style = f"is-colour-{index % COLOURS} is-dash-{index % DASHES}"
    return Line(title, style, " ".join(",".join(place) for place in places), markers)


def _rows(
    drawn: list[tuple[str, list[tuple[float, float]]]], x_axis: _Axis, y_axis: _Axis
) -> list[tuple[str, list[str]]]:
    values = [dict(points) for _title, points in drawn]
    xs = sorted({x for points in values for x in points})
    return [
        (_shown(x, x_axis), [_shown(line[x], y_axis) if x in line else "–" for line in values])
        for x in xs
    ]


def _shown(value: float, axis: _Axis) -> str:
    """A hundredth of what the axis shows can be told apart."""
    if float(value).is_integer() and not axis.is_percent:
        return number_format(value, 0, force_grouping=True)
    return axis.text(value, _nice_step((axis.high - axis.low) / 100))


def _diagonal(x_axis: _Axis, y_axis: _Axis) -> str:
    low, high = max(x_axis.low, y_axis.low), min(x_axis.high, y_axis.high)
    return " ".join(f"{x_axis.place(value)},{y_axis.place(value)}" for value in (low, high))
