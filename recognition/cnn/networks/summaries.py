"""What is known of each network without building it. Torch-free.

It is stored in networks.json, which `python -m recognition.cnn.networks.describe` writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from recognition.cnn.networks.options import Option, check_options

SUMMARIES_FILE = Path(__file__).with_name("networks.json")
# What implementations call the list of their stages.
_LISTS = ("features", "blocks", "stages")


@dataclass(frozen=True)
class Layer:
    """A step of the forward pass.

    name: its path in the module; kind: its class.
    output_shape: for one picture, (channels, height, width) or (features,).
    parameters: its own, counted where it is used first.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int

    @property
    def stage(self) -> str:
        """The part of the network that it belongs to, such as "layer1"; "" if it has no parts."""
        parts = self.name.split(".")
        return ".".join(parts[: 2 if parts[0] in _LISTS else 1][: len(parts) - 1])


@dataclass(frozen=True)
class NetworkSummary:
    """A network of the catalogue (`catalogue.py`), with default options.

    source: who published it, and where. input_size: the sides of the square it takes, in pixels.
    pretrained: "package" (a Python package ships weights), "download" or "".
    parameters, multiply_adds: of the backbone, without the linear layer over classes that follows;
        of convolutions and linear layers, for one picture.
    layers: in the order of the forward pass.
    """

    name: str
    title: str
    year: int
    source: str
    input_size: int
    greyscale: bool
    pretrained: str
    parameters: int
    multiply_adds: int
    embedding_size: int
    options: dict[str, Option]
    layers: tuple[Layer, ...]

    def check_options(self, given: Mapping[str, Any]) -> None:
        """Raises ValueError, which begins with the name of the option that is wrong."""
        check_options(self.options, given)


@cache
def summaries() -> dict[str, NetworkSummary]:
    """All networks by name, in the catalogue's order."""
    networks = json.loads(SUMMARIES_FILE.read_text(encoding="utf-8"))
    return {fields["name"]: _network(fields) for fields in networks}


def pretrained_name(network: str) -> str:
    """What the version is called that is a network of the catalogue with its ImageNet weights."""
    return f"{summaries()[network].title}, ImageNet"


def _network(fields: dict[str, Any]) -> NetworkSummary:
    typed = {
        "options": {name: _option(option) for name, option in fields["options"].items()},
        "layers": tuple(_layer(layer) for layer in fields["layers"]),
    }
    return NetworkSummary(**{**fields, **typed})


def _layer(fields: dict[str, Any]) -> Layer:
    return Layer(**{**fields, "output_shape": tuple(fields["output_shape"])})


def _option(fields: dict[str, Any]) -> Option:
    known = {name: value for name, value in fields.items() if name != "type"}
    return Option(**{**known, "choices": tuple(fields.get("choices", ()))})
