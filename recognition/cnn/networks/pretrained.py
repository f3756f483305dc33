"""Weights trained on ImageNet: from a Python package, or from torchvision's own download."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor
from torchvision import models

from recognition.cnn.networks.entry import Network, Package
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.unavailable import WeightsUnavailable

# GoogLeNet's and Inception's classifiers half-way, which only help training.
_AUXILIARY = ("aux", "AuxLogits")
_DENSENET_OF_2017 = re.compile(r"\.(norm|conv)\.(\d)\.")


def load_pretrained(network: Network, model: Recogniser) -> None:
    """Give a network of 1,000 classes its ImageNet weights; they are looked up or downloaded.

    Raises WeightsUnavailable.
    """
    if network.weights is None:
        raise WeightsUnavailable(f"There are no pretrained weights of {network.title}.")
    try:
        if isinstance(network.weights, Package):
            _load_by_order(model, _from_package(network.weights))
        else:
            state = downloaded(network.weights.name, network.title, "or train from scratch")
            _load_by_name(model, state, network.weights.head)
    except RuntimeError as error:  # what load_state_dict raises
        raise WeightsUnavailable(
            f"The pretrained weights of {network.title} do not fit: {error}"
        ) from error


def _from_package(package: Package) -> list[Tensor]:
    """The tensors in the order of the network's state. Raises WeightsUnavailable."""
    spec = find_spec(package.name)
    if spec is None or spec.origin is None:
        raise WeightsUnavailable(f"The pretrained weights are missing: install {package.name}.")
    (path,) = (Path(spec.origin).parent / "models").glob("*.pth")
    # weights_only refuses everything but tensors, so that the file cannot run code.
    return list(torch.load(path, map_location="cpu", weights_only=True).values())


def _load_by_order(model: Recogniser, tensors: list[Tensor]) -> None:
    """The packages name their tensors otherwise than timm, but keep their order."""
    names = list(model.state_dict())
    if len(names) != len(tensors):
        raise RuntimeError(f"{len(tensors)} tensors for {len(names)}")
    model.load_state_dict(dict(zip(names, tensors, strict=True)), assign=True)


def downloaded(name: str, title: str, otherwise: str) -> dict[str, Tensor]:
    """torchvision's file, from torch.hub's cache or from the network.

    name: what torchvision calls the weights; title: what people call the network; otherwise: what
        one can do without a network.
    Raises WeightsUnavailable.
    """
    weights = models.get_weight(name)
    try:
        state: dict[str, Tensor] = weights.get_state_dict(
            progress=False, check_hash=True, map_location="cpu", weights_only=True
        )
    except Exception as error:  # no network, no disk, a digest that differs, a damaged file
        raise WeightsUnavailable(
            f"The pretrained weights of {title} are downloaded from {weights.url}, and "
            f"that did not work: {error}. This machine may be offline. Download the file elsewhere "
            f"and put it into {torch.hub.get_dir()}/checkpoints/, {otherwise}."
        ) from error
    return state


def _load_by_name(model: Recogniser, state: dict[str, Tensor], head: str) -> None:
    """Raises RuntimeError for names or shapes that do not fit."""
    tensors = {
        _name_here(name, head): tensor
        for name, tensor in state.items()
        if not name.startswith(_AUXILIARY)
    }
    model.load_state_dict(tensors, assign=True)


def _name_here(name: str, head: str) -> str:
    if name.startswith(f"{head}."):
        return name.replace(head, "head.fine", 1)
    return "trunk." + _DENSENET_OF_2017.sub(r".\1\2.", name)
