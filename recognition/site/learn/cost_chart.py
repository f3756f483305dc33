"""What accuracy costs: the networks with published figures, as numbers for an SVG template."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from recognition.cnn.diagrams.stored import Published

WIDTH, HEIGHT = 360, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 14, 48
_X = (1e8, 4e10)  # multiply-adds, logarithmic
_Y = (0.55, 0.85)
_SHORT = ("EfficientNet-Lite", "Lite")  # there is little room
_ORDERS = 40  # of placing the titles one by one; the best is kept
_LETTER, _TALL = 6.1, 13  # about how wide and high a letter of a name is


@dataclass(frozen=True)
class Point:
    name: str
    title: str
    x: float
    y: float
    text_x: float
    text_y: float
    anchor: str


@dataclass(frozen=True)
class Tick:
    at: float
    value: float


@dataclass(frozen=True)
class CostChart:
    points: list[Point]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM
    top: int = _TOP
    middle: int = (_LEFT + WIDTH - _RIGHT) // 2


def cost_chart(networks: Sequence[tuple[str, str, Published]]) -> CostChart:
    """networks: name, title and published figures. Titles stand where they cover nothing."""
    places = tuple(
        (title.replace(*_SHORT), _x(found.multiply_adds), _y(found.top1))
        for _, title, found in networks
    )
    return CostChart(
        points=[
            Point(name, title, x, y, room.x, room.y, room.anchor)
            for (name, *_), (title, x, y), room in zip(networks, places, rooms(places), strict=True)
        ],
        x_ticks=[Tick(_x(value), value) for value in (1e8, 1e9, 1e10)],
        y_ticks=[Tick(_y(value / 10), value / 10) for value in (6, 7, 8)],
    )


Box = tuple[float, float, float, float]
Place = tuple[str, float, float]  # title, x, y


class Room(NamedTuple):
    x: float
    y: float
    anchor: str
    box: Box
    own: float  # what speaks against it alone


@cache
def rooms(places: tuple[Place, ...]) -> list[Room]:
    """Where the titles stand: the best of what some orders of placing them one by one come to."""
    choices = [_choices(place, places) for place in places]
    orders = random.Random(1)  # noqa: S311
    best: tuple[float, list[Room]] = (math.inf, [])
    for _order in range(_ORDERS):
        found: dict[int, Room] = {}
        total = 0.0
        for at in orders.sample(range(len(places)), len(places)):
            cost, found[at] = min(
                (
                    (room.own + sum(_shared(room.box, other.box) for other in found.values()), room)
                    for room in choices[at]
                ),
                key=lambda choice: choice[0],
            )
            total += cost
        if total < best[0]:
            best = total, [found[at] for at in range(len(places))]
    return best[1]


def _choices(place: Place, places: Sequence[Place]) -> list[Room]:
    """Beside its point, below or above it, and a little off."""
    title, x, y = place
    long = len(title) * _LETTER
    found = []
    for off in (0, 15, -15, 9, -9, 22, -22):
        for anchor, left in (("start", x + 8), ("end", x - 8 - long), ("middle", x - long / 2)):
            if anchor == "middle" and abs(off) < 15:
                continue
            box = (left, y + off - _TALL / 2, left + long, y + off + _TALL / 2)
            others = [other[1:] for other in places if other != place]
            nearest = min((_distance(box, *other) for other in others), default=math.inf)
            own = abs(off) / 4 + _outside(box) + (50 if nearest < 5 else 0)
            own += 20 if nearest < _distance(box, x, y) + 2 else 0  # it could be another's
            text_x = {"start": left, "end": left + long, "middle": x}[anchor]
            found.append(Room(round(text_x, 1), round(y + off + 4, 1), anchor, box, own))
    return found


def _distance(box: Box, x: float, y: float) -> float:
    left, top, right, bottom = box
    return math.hypot(max(left - x, 0, x - right), max(top - y, 0, y - bottom))


def _shared(box: Box, other: Box) -> float:
    wide = min(box[2], other[2]) - max(box[0], other[0])
    high = min(box[3], other[3]) - max(box[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0


def _outside(box: Box) -> float:
    """How far it reaches beyond the drawing."""
    left, _top, right, bottom = box
    return 20 * (max(0, _LEFT - left) + max(0, right - WIDTH) + max(0, bottom - HEIGHT + _BOTTOM))


def _x(value: float) -> float:
    low, high = map(math.log10, _X)
    share = (math.log10(value) - low) / (high - low)
    return round(_LEFT + share * (WIDTH - _RIGHT - _LEFT), 1)


def _y(value: float) -> float:
    share = (value - _Y[0]) / (_Y[1] - _Y[0])
    return round(HEIGHT - _BOTTOM - share * (HEIGHT - _BOTTOM - _TOP), 1)
