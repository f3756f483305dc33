"""Networks so small that what they compute can be computed again by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import nn

from recognition.cnn.explain.class_maps import MapMaker
from recognition.cnn.head import GroupedHead
from recognition.cnn.pixels.preprocessing import Preprocessing
from recognition.cnn.recogniser import Recogniser

GROUPS = [[0, 2], [1], [3, 4]]
TEMPERATURE = 0.7
CLASS_WEIGHTS = [1.0, 2.0, 0.5, 1.0, 1.5]
SEEN = Preprocessing(12, 12, "bilinear", 127.0, 64.0)

Build = Callable[..., Recogniser]


@pytest.fixture
def pixels() -> npt.NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (12, 12, 3), np.uint8)


@pytest.fixture
def network() -> Build:
    """A network of four channels at 6 x 6 places, five classes and three labels."""

    def build(*ending: nn.Module, embedding_size: int = 4) -> Recogniser:
        torch.manual_seed(0)
        backbone = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.ReLU(), *ending)
        head = GroupedHead(embedding_size, GROUPS, TEMPERATURE, CLASS_WEIGHTS)
        nn.init.normal_(head.fine.weight)
        return Recogniser(SEEN, backbone, head).eval()

    return build


@pytest.fixture
def pooled(network: Build) -> Recogniser:
    return network(nn.AdaptiveAvgPool2d(1), nn.Flatten())


@pytest.fixture
def flattened(network: Build) -> Recogniser:
    return network(nn.Flatten(), embedding_size=4 * 6 * 6)


@pytest.fixture
def maker(pooled: Recogniser) -> MapMaker:
    return MapMaker(pooled, SEEN)
