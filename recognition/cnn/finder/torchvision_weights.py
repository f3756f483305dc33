"""torchvision's detectors with the weights that torchvision publishes."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from torch import Tensor, nn
from torchvision import models

from recognition.cnn.finder.catalogue import Finder
from recognition.cnn.finder.networks import TorchvisionDetector
from recognition.cnn.manifest import sha256_of_file
from recognition.cnn.networks.pretrained import downloaded
from recognition.cnn.unavailable import WeightsUnavailable


def detector(finder: Finder, source: Path | None) -> nn.Module:
    """With its published weights, from a file, or from torch.hub's cache or the network.

    Raises WeightsUnavailable.
    """
    if source is None:
        state = downloaded(finder.weights, finder.title, "or name it to this command")
    else:
        state = _in_file(finder, source)
    model = TorchvisionDetector(finder)
    try:
        model.detector.load_state_dict(state)
    except RuntimeError as error:
        raise WeightsUnavailable(f"These are not the weights of {finder.title}: {error}") from error
    return model.eval()


def _in_file(finder: Finder, path: Path) -> dict[str, Tensor]:
    """torchvision's file, under whatever name; its digest is in the name of the published one."""
    url = models.get_weight(finder.weights).url
    (digest,) = re.findall(r"-([0-9a-f]{8,})\.pth$", url)
    try:
        is_published = sha256_of_file(path).startswith(digest)
    except OSError as error:
        raise WeightsUnavailable(f"{path} cannot be read: {error}") from error
    if not is_published:
        raise WeightsUnavailable(f"{path} is not the file at {url}: its sha256 differs.")
    # weights_only refuses everything but tensors, so that the file cannot run code.
    state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return state
