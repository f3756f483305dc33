"""Whether two forms of a version are one network: what they say of the same pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from recognition.cnn.pixels.decoded import load_views
from recognition.cnn.pixels.preprocessing import Preprocessing
from recognition.cnn.pixels.reference import reference_pixels
from recognition.cnn.pixels.unreadable import DEFAULT_MAX_PIXELS, UnreadablePhoto

MAX_DIFFERENCE = 0.005  # of a probability; float32 engines differ by about 0.0001
# Of an embedding or of a class's logit, as a share of the largest; they differ by about 0.00001.
MAX_RELATIVE_DIFFERENCE = 0.01

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


class Outputs(NamedTuple):
    """What a network says of N pictures: (N, labels), (N, classes), (N, embedding_size)."""

    log_probabilities: Floats
    fine_logits: Floats
    embeddings: Floats


class WrongAnswers(Exception):
    """Two forms of a version answer differently."""


@dataclass(frozen=True)
class Check:
    """How many pictures were compared, and the largest difference of any probability, 0 to 1."""

    pictures: int
    largest_difference: float


def pictures(
    preprocessing: Preprocessing,
    photos: Sequence[Path] = (),
    max_pixels: int = DEFAULT_MAX_PIXELS,
) -> Pixels:
    """uint8 (N, crop, crop, 3): the reference picture, then the photos that can be read."""
    found = [reference_pixels(preprocessing.crop)[0]]
    for photo in photos:
        try:
            found.append(load_views(photo, preprocessing, max_pixels).pixels)
        except (UnreadablePhoto, OSError):
            continue
    return np.stack(found)


@torch.inference_mode()
def answers_of(model: nn.Module, pixels: Pixels) -> Outputs:
    """One picture after the other, which takes the least memory."""
    said = [model(torch.from_numpy(pixels[row : row + 1])) for row in range(len(pixels))]
    return Outputs(*(torch.cat(output).numpy() for output in zip(*said, strict=True)))


def answers_of_graph(path: Path, pixels: Pixels) -> Outputs:
    """OpenVINO reads both its own graphs and ONNX; here it computes in float32."""
    import openvino

    core = openvino.Core()
    graph = core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    if len(graph.outputs) != len(Outputs._fields):
        raise WrongAnswers(f"the graph has {len(graph.outputs)} outputs")
    said = [graph([pixels[row : row + 1]]) for row in range(len(pixels))]
    return Outputs(*(np.concatenate([one[place] for one in said]) for place in range(3)))


def compare(expected: Outputs, given: Outputs) -> Check:
    """All three outputs. Raises WrongAnswers, also for what is not a number."""
    for name, theirs, ours in zip(Outputs._fields, given, expected, strict=True):
        if theirs.shape != ours.shape:
            raise WrongAnswers(f"{name} have the shape {theirs.shape}, not {ours.shape}")
    difference = float(
        np.abs(np.exp(expected.log_probabilities) - np.exp(given.log_probabilities)).max()
    )
    if not difference < MAX_DIFFERENCE:
        raise WrongAnswers(f"a probability is off by {difference:.3g} on a reference picture")
    for name in ("fine_logits", "embeddings"):
        off = _relative_difference(getattr(expected, name), getattr(given, name))
        if not off < MAX_RELATIVE_DIFFERENCE:
            raise WrongAnswers(f"{name} are off by {off:.3g} of the largest on a reference picture")
    return Check(len(expected.log_probabilities), difference)


def compare_with_stated(stated: Sequence[float], given: Outputs) -> None:
    """What model.json says that the network answers to the reference picture, the first one.

    Raises WrongAnswers.
    """
    expected = np.array(stated, np.float32)
    difference = float(np.abs(np.exp(expected) - np.exp(given.log_probabilities[0])).max())
    if not difference < MAX_DIFFERENCE:
        raise WrongAnswers(f"a probability is off by {difference:.3g} from what model.json says")


def _relative_difference(expected: Floats, given: Floats) -> float:
    return float(np.abs(expected - given).max() / max(float(np.abs(expected).max()), 1e-6))
