"""NanoDet-g's published weights: a TensorFlow.js graph, read without TensorFlow.

A graph is a list of operations (JSON) and one file with the numbers of all its constants, one
after the other (github.com/tensorflow/tfjs, tfjs-core/src/io/types.ts).
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from recognition.cnn.finder.nanodet import NanoDet


def nanodet_from_graph(graph: bytes, numbers: bytes) -> NanoDet:
    """The network, in evaluation mode. graph: nanodet.json; numbers: nanodet.bin.

    Raises ValueError for files that hold something else.
    """
    try:
        document = json.loads(graph)
        constants = _constants(document["weightsManifest"], numbers)
        weights = _convolutions(document["modelTopology"]["node"], constants)
        model = NanoDet()
        _fill(model, weights)
    except (KeyError, IndexError, TypeError, RuntimeError, UnicodeDecodeError) as error:
        raise ValueError(f"these are not the weights of NanoDet-g: {error!r}") from error
    return model.eval()


def _constants(manifest: list[dict[str, Any]], numbers: bytes) -> dict[str, npt.NDArray[Any]]:
    constants = {}
    position = 0
    for entry in (entry for group in manifest for entry in group["weights"]):
        kind = np.dtype(entry.get("quantization", entry)["dtype"]).newbyteorder("<")
        count = int(np.prod(entry["shape"]))
        values = np.frombuffer(numbers, kind, count, position)
        constants[entry["name"]] = values.reshape(entry["shape"])
        position += values.nbytes
    return constants


def _convolutions(
    nodes: list[dict[str, Any]], constants: dict[str, npt.NDArray[Any]]
) -> list[tuple[Tensor, Tensor]]:
    """Kernel and bias of each convolution; their numbers are in the order of the network's."""
    biases = {node["input"][0]: node["input"][1] for node in nodes if node["op"].startswith("Add")}
    found = {}
    for node in nodes:
        if node["op"].endswith("Conv2D"):
            kernel = constants[node["input"][1]]
            bias = constants[biases[node["name"]] if node["op"] == "Conv2D" else node["input"][2]]
            found[_number(node["name"])] = (_tensor(kernel.transpose(3, 2, 0, 1)), _tensor(bias))
    return [found[number] for number in sorted(found)]


def _number(name: str) -> int:
    """Of ".../convolution_7" 7, of ".../convolution" 0."""
    numbers = re.findall(r"_(\d+)$", name)
    return int(numbers[0]) if numbers else 0


def _fill(model: nn.Module, weights: list[tuple[Tensor, Tensor]]) -> None:
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d)]
    if len(layers) != len(weights):
        raise RuntimeError(f"{len(weights)} convolutions for {len(layers)}")
    for layer, (kernel, bias) in zip(layers, weights, strict=True):
        layer.load_state_dict({"weight": kernel, "bias": bias.flatten()})


def _tensor(values: npt.NDArray[Any]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float32))
