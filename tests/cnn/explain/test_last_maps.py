from __future__ import annotations

import pytest
import torch

from recognition.cnn.explain.last_maps import find_ends, kept_maps
from recognition.cnn.networks.catalogue import NETWORKS

# What each network of the catalogue still knows of places: its grids, in the order they come.
GRIDS = {
    "lenet5": [5],
    "three_stage": [7],
    "three_stage_photo": [4],
    "alexnet": [6],
    "vgg16": [7],
    "inception_v3": [8],
    "resnet50_dilated": [28],
    "fpn_resnet18": [56, 28, 14, 7],
    "lite0": [8],
    "lite1": [8],
    "lite2": [9],
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_last_feature_maps_of_a_network_are_found(name: str) -> None:
    """Without memory and arithmetic."""
    network = NETWORKS[name]
    with torch.device("meta"):
        backbone = network.build().eval().requires_grad_(False)
        images = network.example()
        with kept_maps(backbone, find_ends(backbone, images)) as maps:
            embedding = backbone(images)
    assert [each.shape[2] for each in maps] == GRIDS.get(name, [7])
    assert all(each.shape[2] == each.shape[3] for each in maps)
    # It has a gradient by them alone.
    assert embedding.requires_grad
