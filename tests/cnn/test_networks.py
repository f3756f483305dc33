"""The small networks that are built here."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.networks.simam import SimAM
from recognition.cnn.networks.three_stage import three_stage


def convolutions(backbone: nn.Module) -> list[tuple[int, int]]:
    """Their channels, in and out."""
    found = [module for module in backbone.modules() if isinstance(module, nn.Conv2d)]
    return [(module.in_channels, module.out_channels) for module in found]


def test_the_three_stage_network_is_the_tutorials() -> None:
    backbone = three_stage()
    assert convolutions(backbone) == [(1, 16), (16, 32), (32, 32), (32, 64)]
    assert [type(module).__name__ for module in backbone.get_submodule("stage1")] == [
        *("Conv2d", "ReLU", "MaxPool2d")
    ]
    assert backbone(torch.zeros(1, 1, 28, 28)).shape == (1, 64 * 7 * 7)


@pytest.mark.parametrize(
    ("layers", "in_stages"), [(3, [1, 1, 1]), (5, [1, 2, 2]), (6, [2, 2, 2]), (9, [3, 3, 3])]
)
def test_convolutions_are_added_to_one_stage_after_the_other(
    layers: int, in_stages: list[int]
) -> None:
    backbone = three_stage(layers=layers)
    stages = [backbone.get_submodule(f"stage{number}") for number in (1, 2, 3)]
    assert [len(convolutions(stage)) for stage in stages] == in_stages


@pytest.mark.parametrize("name", ["three_stage", "three_stage_photo"])
def test_each_option_builds_another_network(name: str) -> None:
    network = NETWORKS[name]
    plain = str(network.build())
    for options in ({"layers": 5}, {"kernel_size": 3}, {"channels": 8}, {"pooling": "average"}):
        backbone = network.build(options)
        assert str(backbone) != plain
        size = backbone(network.example()).shape[1]
        assert network.embedding_size_with(options) == size


def test_a_wrong_option_is_named() -> None:
    with pytest.raises(ValueError, match=r"^kernel_size: must be one of 3, 5, 7"):
        NETWORKS["three_stage"].build({"kernel_size": 4})


def test_simam_strengthens_what_stands_out_from_its_channel() -> None:
    features = torch.ones(1, 1, 5, 5)
    features[0, 0, 2, 2] = 3.0
    kept = SimAM()(features) / features
    assert kept[0, 0, 2, 2] == kept.max()
    assert kept.max() > 1.3 * kept[0, 0, 0, 0]


def test_simam_follows_the_papers_formula() -> None:
    """Yang et al. 2021, the listing in the appendix."""
    features = torch.randn(2, 3, 4, 5)
    n = 4 * 5 - 1
    d = (features - features.mean(dim=[2, 3], keepdim=True)).pow(2)
    v = d.sum(dim=[2, 3], keepdim=True) / n
    expected = features * torch.sigmoid(d / (4 * (v + 1e-4)) + 0.5)
    assert torch.allclose(SimAM()(features), expected)


def test_dilation_keeps_the_parameters_of_resnet50() -> None:
    with torch.device("meta"):
        plain, dilated = NETWORKS["resnet50"].build(), NETWORKS["resnet50_dilated"].build()
    shapes = [{n: t.shape for n, t in net.state_dict().items()} for net in (plain, dilated)]
    assert shapes[0] == shapes[1]
    convolutions = [module for module in dilated.modules() if isinstance(module, nn.Conv2d)]
    assert sum(module.dilation != (1, 1) for module in convolutions) == 8
