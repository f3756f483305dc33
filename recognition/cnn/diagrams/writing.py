"""How each network of the catalogue, and the finder, is built: found out, and as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import torch

from recognition.cnn.diagrams.accuracies import published
from recognition.cnn.diagrams.drawings import drawings
from recognition.cnn.diagrams.steps import Step
from recognition.cnn.diagrams.traced import on_meta, traced
from recognition.cnn.finder.catalogue import DEFAULT_FINDER, FINDERS
from recognition.cnn.finder.nanodet import NanoDet
from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.networks.entry import Network


def all_diagrams() -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and fields, as `stored.diagram` reads them."""
    for network in NETWORKS.values():
        yield network.name, of_network(network)
    yield DEFAULT_FINDER, of_finder()


def of_network(network: Network) -> dict[str, Any]:
    steps = traced(on_meta(network.build), network.example().to("meta"))
    figure = published(network, sum(step.multiply_adds for step in steps))
    return {**_fields(steps), "published": asdict(figure) if figure else None}


def of_finder() -> dict[str, Any]:
    """What the finder calculates from normalised pixels, up to what its heads say."""
    side = FINDERS[DEFAULT_FINDER].side
    example = torch.zeros(1, 3, side, side, device="meta")
    return {**_fields(traced(on_meta(NanoDet), example, "outputs")), "published": None}


def _fields(steps: Sequence[Step]) -> dict[str, Any]:
    layers = [
        [
            *(step.name, step.operation, step.details, list(step.shape)),
            *(step.parameters, step.multiply_adds),
        ]
        for step in steps
    ]
    return {"layers": layers, "drawings": drawings(steps)}


def as_text(fields: dict[str, Any]) -> str:
    """JSON, a line for each layer and for each drawing."""
    layers = ",\n".join(map(_line, fields["layers"]))
    figures = ",\n".join(map(_line, fields["drawings"]))
    published_line = _line(fields["published"])
    return (
        f'{{"published":{published_line},\n"layers":[\n{layers}\n],\n"drawings":[\n{figures}\n]}}\n'
    )


def _line(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
