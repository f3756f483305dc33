"""Writes what the tour at /learn/ shows of a network that was trained: the kernels of the first
layer of EfficientNet-Lite0, how far its layers see, and its answer to the tour's example picture.

`.venv/bin/python -m bin.learn_example`; needs a Chromium on the PATH, which draws the picture.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import torch
from playwright.sync_api import sync_playwright
from torch import nn

from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.serving.classifier import Classifier
from recognition.cnn.store.checkpoint import build_pretrained, load_network
from tests.support import chromium
from webapp.home import BASE_DIR

FOLDER = BASE_DIR / "static" / "learn"
PICTURE = FOLDER / "example.svg"
TARGET = FOLDER / "network.json"
NETWORK = "lite0"
SIDE = 448


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        version = Path(folder) / "1"
        build_pretrained(version, NETWORK)
        _manifest, model = load_network(version)
        with Classifier.load(version) as classifier:
            answer = classifier.predict([_drawn()])[0]
    content = {
        "network": NETWORKS[NETWORK].title,
        "first": _first_layer(model),
        "windows": _windows(model),
        "example": [{"label": slug, "confidence": round(share, 6)} for slug, share in answer.top],
    }
    TARGET.write_text(json.dumps(content) + "\n", encoding="ascii")


def _drawn() -> bytes:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.path(), args=["--headless", "--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": SIDE, "height": SIDE})
        page.goto(PICTURE.as_uri())
        picture = page.screenshot()
        browser.close()
    return picture


def _first_layer(model: Recogniser) -> dict[str, object]:
    """Its kernels with the batch normalisation behind them worked in, as serving has it too."""
    convolution = next(part for part in model.modules() if isinstance(part, nn.Conv2d))
    norm = next(part for part in model.modules() if isinstance(part, nn.BatchNorm2d))
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    weights = (convolution.weight * scale[:, None, None, None]).detach()
    bias = (norm.bias - norm.running_mean * scale).detach()
    return {
        "kernels": [
            [round(number, 4) for number in kernel.flatten().tolist()] for kernel in weights
        ],
        "biases": [round(number, 4) for number in bias.tolist()],
    }


def _windows(model: Recogniser) -> list[list[int]]:
    """Kernel and stride of each layer that looks at neighbours, in their order."""
    layers = [part for part in model.modules() if isinstance(part, nn.Conv2d)]
    return [[part.kernel_size[0], part.stride[0]] for part in layers if part.kernel_size[0] > 1]


if __name__ == "__main__":
    main()
