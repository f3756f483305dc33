"""NanoDet-g with random weights: as a folder, and in the form in which it is published."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from recognition.cnn.finder.catalogue import FINDERS
from recognition.cnn.finder.fetching import NanoDetFiles
from recognition.cnn.finder.nanodet import NanoDet
from recognition.cnn.finder.store import save_finder


@pytest.fixture(scope="session")
def model() -> NanoDet:
    torch.manual_seed(0)
    model = NanoDet().eval()
    with torch.inference_mode():
        for layer in model.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight)
        for head in model.heads:
            head[1].bias.fill_(-4.0)  # rarely anything is found
    return model


@pytest.fixture(scope="session")
def finder(model: NanoDet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Never change it: copy it."""
    folder = tmp_path_factory.mktemp("store") / "finder"
    save_finder(folder, FINDERS["nanodet_g"], model)
    return folder


@pytest.fixture(scope="session")
def published(model: NanoDet) -> NanoDetFiles:
    """As TensorFlow.js has it: kernels as (height, width, before, after), in any order."""
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d)]
    nodes, entries, numbers = [], [], b""
    for place, layer in sorted(enumerate(layers), reverse=True):
        name = f"a/convolution_{place}" if place else "a/convolution"
        kernel = layer.weight.detach().permute(2, 3, 1, 0).numpy()
        for what, values in (("w", kernel), ("b", layer.bias.detach().numpy())):
            entry = {"name": f"{what}{place}", "shape": list(values.shape), "dtype": "float32"}
            entries.append({**entry, "quantization": {"dtype": "float16"}})
            numbers += values.astype("<f2").tobytes()
        if place % 2:
            inputs = ["x", f"w{place}", f"b{place}"]
            nodes.append({"name": name, "op": "_FusedConv2D", "input": inputs})
        else:
            nodes.append({"name": name, "op": "Conv2D", "input": ["x", f"w{place}"]})
            nodes.append({"name": f"a{place}", "op": "AddV2", "input": [name, f"b{place}"]})
    graph = {"modelTopology": {"node": nodes}, "weightsManifest": [{"weights": entries}]}
    return NanoDetFiles(json.dumps(graph).encode(), numbers)


@pytest.fixture(scope="session")
def pictures() -> np.ndarray:
    """uint8 (3, 416, 416, 3)."""
    return np.random.RandomState(0).randint(0, 256, (3, 416, 416, 3)).astype(np.uint8)
