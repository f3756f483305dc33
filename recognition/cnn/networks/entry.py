"""What the catalogue says of a network."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from recognition.cnn.networks.options import Option, check_options
from recognition.cnn.pixels.preprocessing import Preprocessing


@dataclass(frozen=True)
class Package:
    """ImageNet weights that a Python package ships as a file in `models/`.

    temperature: with which the pretrained network is best calibrated (`head.py`).
    """

    name: str
    temperature: float


@dataclass(frozen=True)
class Download:
    """ImageNet weights that torchvision downloads.

    name: theirs in torchvision, such as "ResNet18_Weights.IMAGENET1K_V1".
    head: how torchvision names the layer that the backbone lacks.
    temperature: as above.
    """

    name: str
    head: str
    temperature: float


@dataclass(frozen=True)
class Network:
    """A backbone: normalised pixels in, embedding out. The linear layer over classes follows it.

    title: its name for people; year: of the publication.
    build_backbone: makes the backbone with random weights, taking the options by name; its
        docstring names the source.
        float32 (B, 3, crop, crop) -> embedding, float32 (B, embedding_size);
        (B, 1, crop, crop) if the preprocessing is greyscale.
    embedding_size: with default options.
    smallest_side: of pictures that the backbone can take, in pixels.
    weights: where its pretrained weights are, if it has any.
    """

    name: str
    title: str
    year: int
    build_backbone: Callable[..., nn.Module]
    embedding_size: int
    preprocessing: Preprocessing
    smallest_side: int = 32
    weights: Package | Download | None = None
    options: Mapping[str, Option] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The first paragraph of its builder's docstring: who published it, and where."""
        text = inspect.getdoc(self.build_backbone) or ""
        return " ".join(text.split("\n\n")[0].split())

    @property
    def channels(self) -> int:
        return 1 if self.preprocessing.greyscale else 3

    def build(self, options: Mapping[str, Any] | None = None) -> nn.Module:
        """The backbone with these options. Raises ValueError, which begins with the wrong one."""
        check_options(self.options, options or {})
        return self.build_backbone(**(options or {}))

    def embedding_size_with(self, options: Mapping[str, Any]) -> int:
        """Some options change it: it is tried out, without memory and arithmetic."""
        if not options:
            return self.embedding_size
        with torch.device("meta"):
            embedding: Tensor = self.build(options).eval()(self.example())
        return embedding.shape[1]

    def example(self, side: int | None = None) -> Tensor:
        """Zeros as the backbone takes them, of its usual size or with this side: float32."""
        side = side or self.preprocessing.crop
        return torch.zeros(1, self.channels, side, side)
