"""Layers and drawings of each network, as `python -m recognition.cnn.diagrams` wrote them.

Torch-free: pages read nothing else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).with_name("networks")
# What implementations call the list of their stages.
_LISTS = ("features", "blocks", "stages", "heads")


class BuiltLayer(NamedTuple):
    """A step of the forward pass: `steps.Step` says what its fields mean."""

    name: str
    operation: str
    details: dict[str, Any]
    shape: tuple[int, ...]
    parameters: int
    multiply_adds: int

    @property
    def stage(self) -> str:
        """The part of the network that it belongs to, such as "layer1"; "" if it has no parts."""
        parts = self.name.split(".")
        return ".".join(parts[: 2 if parts[0] in _LISTS else 1][: len(parts) - 1])


@dataclass(frozen=True)
class Box:
    """steps: the numbers of its layers; block: the class of the block that it stands for.

    end: "input" or "output"; times: how many equal ones follow each other.
    shapes: of what it hands on.
    """

    shapes: tuple[tuple[int, ...], ...]
    steps: tuple[int, ...] = ()
    block: str = ""
    end: str = ""
    times: int = 1


class Place(NamedTuple):
    """In a row. kind: 0 for a box, 1 for a line beside boxes, 2 for one as wide as a box."""

    box: int
    kind: int


class Line(NamedTuple):
    """From a place in a row to one in the next."""

    row: int
    above: int
    below: int


@dataclass(frozen=True)
class Drawing:
    """Of the whole network, or of one of its blocks (block: its class, where: its path).

    count: how many blocks of the network look like that.
    """

    block: str
    where: str
    count: int
    boxes: tuple[Box, ...]
    rows: tuple[tuple[Place, ...], ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Published:
    """top1: the share of ImageNet's validation photos that its publisher's weights get right.

    side, multiply_adds: of the pictures that this was measured with.
    """

    top1: float
    side: int
    multiply_adds: int


@dataclass(frozen=True)
class Diagram:
    """How a network is built, with default options and without the last layer over classes."""

    name: str
    layers: tuple[BuiltLayer, ...]
    drawings: tuple[Drawing, ...]
    published: Published | None = field(default=None)

    @property
    def parameters(self) -> int:
        return sum(layer.parameters for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        return sum(layer.multiply_adds for layer in self.layers)


@cache
def diagram(name: str) -> Diagram:
    """Raises FileNotFoundError for a network that there is not."""
    stored = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    published = stored["published"]
    return Diagram(
        name,
        layers=tuple(
            BuiltLayer(path, operation, details, tuple(shape), parameters, multiply_adds)
            for path, operation, details, shape, parameters, multiply_adds in stored["layers"]
        ),
        drawings=tuple(_drawing(drawing) for drawing in stored["drawings"]),
        published=Published(**published) if published else None,
    )


def _drawing(fields: dict[str, Any]) -> Drawing:
    return Drawing(
        fields["block"],
        fields["where"],
        fields["count"],
        tuple(_box(box) for box in fields["boxes"]),
        tuple(tuple(Place(*place) for place in row) for row in fields["rows"]),
        tuple(Line(*line) for line in fields["lines"]),
    )


def _box(fields: dict[str, Any]) -> Box:
    shapes = tuple(map(tuple, fields["shapes"]))
    return Box(**{**fields, "shapes": shapes, "steps": tuple(fields.get("steps", ()))})
