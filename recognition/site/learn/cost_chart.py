"""What accuracy costs: the networks with published figures, as numbers for an SVG template."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from recognition.cnn.diagrams.stored import Published

WIDTH, HEIGHT = 360, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 14, 48
_X = (1e8, 4e10)  # multiply-adds, logarithmic
_Y = (0.55, 0.85)
_ROUNDS = 4  # of finding room for the titles, each beside where the others stand
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
    places = [
        (name, title, _x(found.multiply_adds), _y(found.top1)) for name, title, found in networks
    ]
    points = [(x - 6, y - 6, x + 6, y + 6) for _name, _title, x, y in places]
    rooms: dict[str, Room] = {}
    for _again in range(_ROUNDS):
        for name, title, x, y in places:
            others = [room.box for other, room in rooms.items() if other != name]
            rooms[name] = _room(title, x, y, points + others)
    return CostChart(
        points=[Point(name, title, x, y, *rooms[name][:3]) for name, title, x, y in places],
        x_ticks=[Tick(_x(value), value) for value in (1e8, 1e9, 1e10)],
        y_ticks=[Tick(_y(value / 10), value / 10) for value in (6, 7, 8)],
    )


Box = tuple[float, float, float, float]


class Room(NamedTuple):
    x: float
    y: float
    anchor: str
    box: Box


def _room(title: str, x: float, y: float, taken: Sequence[Box]) -> Room:
    """Where a title covers least: right or left of its point, on its height or a little off."""
    long = len(title) * _LETTER
    choices = []
    for off in (0, -9, 9, -16, 16, -24, 24):
        for anchor, left in (("start", x + 8), ("end", x - 8 - long), ("middle", x - long / 2)):
            if anchor == "middle" and abs(off) < 15:
                continue
            box = (left, y + off - _TALL / 2, left + long, y + off + _TALL / 2)
            text_x = {"start": left, "end": left + long, "middle": x}[anchor]
            room = Room(round(text_x, 1), round(y + off + 4, 1), anchor, box)
            choices.append((_covered(box, taken), abs(off), room))
    return min(choices)[2]


def _covered(box: Box, taken: Sequence[Box]) -> float:
    """How much of other titles and points a box covers, or of it lies outside of the drawing."""
    left, top, right, bottom = box
    outside = max(0, _LEFT - left) + max(0, right - WIDTH + 2) + max(0, bottom - HEIGHT + _BOTTOM)
    return 20 * outside + sum(
        max(0, min(right, other[2]) - max(left, other[0]))
        * max(0, min(bottom, other[3]) - max(top, other[1]))
        for other in taken
    )


def _x(value: float) -> float:
    low, high = map(math.log10, _X)
    share = (math.log10(value) - low) / (high - low)
    return round(_LEFT + share * (WIDTH - _RIGHT - _LEFT), 1)


def _y(value: float) -> float:
    share = (value - _Y[0]) / (_Y[1] - _Y[0])
    return round(HEIGHT - _BOTTOM - share * (HEIGHT - _BOTTOM - _TOP), 1)
