"""The arithmetic of the laboratory's building blocks against PyTorch's and the catalogue's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import resnet
from torchvision.models.densenet import DenseNet
from torchvision.ops import FeaturePyramidNetwork
from torchvision.ops.poolers import LevelMapper

from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.networks.simam import SimAM
from webapp.home import BASE_DIR

NODE = Path(sys.executable).with_name("node")
FOLDER = (BASE_DIR / "static/lab/arithmetic").as_uri()


def calculated(script: str, given: object) -> Any:
    """What a script returns; `given` and what plane.js exports are there."""
    whole = f"""
        const at = "{FOLDER}/";
        const {{ plane }} = await import(at + "plane.js");
        const made = (rows) => plane(rows.length, rows[0].length, rows.flat());
        const plain = ({{ height, width, values }}) =>
          ({{ size: [height, width], values: [...values] }});
        const given = {json.dumps(given)};
        const answer = await (async () => {{ {script} }})();
        console.log(JSON.stringify(answer));
    """
    command = [NODE, "--no-warnings", "--input-type=module", "--eval", whole]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def tensor(answer: dict[str, Any]) -> Tensor:
    return torch.tensor(answer["values"], dtype=torch.float32).reshape(answer["size"])


def is_near(found: dict[str, Any], wanted: Tensor) -> bool:
    return torch.allclose(tensor(found), wanted, rtol=0, atol=1e-5)


def convolutions(module: nn.Module) -> list[nn.Conv2d]:
    return [part for part in module.modules() if isinstance(part, nn.Conv2d)]


@pytest.mark.parametrize("size", [(1, 1), (4, 7), (8, 8)])
def test_simams_weights_are_those_of_the_network_in_the_catalogue(size: tuple[int, int]) -> None:
    torch.manual_seed(5)
    maps = torch.randn(size) * 3
    found = calculated(
        """
        const { simam } = await import(at + "simam.js");
        const { energies, weights, result } = simam(made(given));
        return [plain(energies), plain(weights), plain(result)];
        """,
        maps.tolist(),
    )
    energies, weights, result = found
    assert is_near(result, SimAM()(maps[None, None])[0, 0])
    assert is_near(weights, SimAM()(maps[None, None])[0, 0] / maps)
    variance = ((maps - maps.mean()) ** 2).sum() / max(maps.numel() - 1, 1)
    distance = (maps - maps.mean()) ** 2
    equation_4 = 4 * (variance + 1e-4) / (distance + 2 * variance + 2e-4)
    assert is_near(energies, equation_4)


@pytest.mark.parametrize("dilations", [[1], [2], [3], [2, 2], [1, 2, 3], [3, 3, 3]])
def test_a_place_sees_what_its_gradient_reaches(dilations: list[int]) -> None:
    side = 41
    picture = torch.zeros(1, 1, side, side, requires_grad=True)
    maps, far = picture, 0
    for dilation in dilations:
        maps = functional.conv2d(maps, torch.ones(1, 1, 3, 3), padding=dilation, dilation=dilation)
        far += dilation
    maps[0, 0, side // 2, side // 2].backward()
    assert picture.grad is not None
    middle = slice(side // 2 - far, side // 2 + far + 1)
    found = calculated(
        'return plain((await import(at + "dilation.js")).waysFrom(given))', dilations
    )
    assert found["size"] == [1 + 2 * far] * 2
    assert torch.equal(tensor(found), picture.grad[0, 0, middle, middle])
    assert picture.grad.sum() == 9 ** len(dilations)  # nothing lies outside


def test_the_inception_blocks_are_googlenets() -> None:
    blocks = calculated(
        """
        const { BLOCKS, BRANCHES, convolutionsOf } = await import(at + "inception.js");
        const choice = { isNarrowed: true, wide: 3 };
        return Object.fromEntries(Object.entries(BLOCKS).map(([name, block]) =>
          [name, BRANCHES.map((branch) => convolutionsOf(block, branch, choice))]));
        """,
        None,
    )
    network = NETWORKS["googlenet"].build_backbone()
    branches = ("branch1", "branch2", "branch3", "branch4")
    wanted = {
        name.removeprefix("inception"): [
            [
                {"from": one.in_channels, "to": one.out_channels, "kernel": one.kernel_size[0]}
                for one in convolutions(module.get_submodule(branch))
            ]
            for branch in branches
        ]
        for name, module in network.named_children()
        if name.startswith("inception")
    }
    assert blocks == wanted


def test_a_residual_block_is_torchvisions_basic_block() -> None:
    torch.manual_seed(6)
    block = resnet.BasicBlock(1, 1, norm_layer=lambda _: nn.Identity()).eval()
    picture = torch.randn(9, 9)
    kernels = [one.weight[0, 0].detach() for one in (block.conv1, block.conv2)]
    [found, alone] = calculated(
        """
        const { through } = await import(at + "residual.js");
        const block = { kernels: given.kernels.map(made), scale: 1 };
        return [true, false].map((isAdded) =>
          plain(through(made(given.picture), { ...block, isAdded })));
        """,
        {"picture": picture.tolist(), "kernels": [one.tolist() for one in kernels]},
    )
    with torch.no_grad():
        assert is_near(found, block(picture[None, None])[0, 0])
        alone_wanted = block.conv2(block.relu(block.conv1(picture[None, None])))
        assert is_near(alone, functional.relu(alone_wanted)[0, 0])


@pytest.mark.parametrize(("start", "growth", "layers"), [(64, 32, 6), (16, 12, 4), (128, 48, 3)])
def test_a_dense_blocks_channels_and_weights_are_torchvisions(
    start: int, growth: int, layers: int
) -> None:
    network = DenseNet(growth, (layers,), start, num_classes=1)
    block = network.features.get_submodule("denseblock1")
    found = calculated(
        """
        const { channelsAfter, seenBy, weightsOfLayer } = await import(at + "dense.js");
        const layers = Array.from({ length: given.layers }, (_, at) => at + 1);
        return [layers.map((layer) => [seenBy(given, layer), weightsOfLayer(given, layer).weights]),
          channelsAfter(given)];
        """,
        {"start": start, "growth": growth, "layers": layers},
    )
    weights = [
        [
            convolutions(layer)[0].in_channels,
            sum(one.weight.numel() for one in convolutions(layer)),
        ]
        for layer in block.children()
    ]
    assert found == [weights, network.classifier.in_features]


def test_a_pyramids_way_down_is_torchvisions() -> None:
    torch.manual_seed(7)
    finest = torch.randn(8, 8)
    pyramid = FeaturePyramidNetwork([1, 1, 1], 1)
    with torch.no_grad():
        for one in convolutions(pyramid):  # they pass on what they are given
            one.weight.zero_()
            one.weight[..., one.kernel_size[0] // 2, one.kernel_size[1] // 2] = 1
            if one.bias is not None:
                one.bias.zero_()
    up = [functional.avg_pool2d(finest[None], 2**level)[0] for level in range(3)]
    with torch.no_grad():
        wanted = pyramid({str(level): one[None, None] for level, one in enumerate(up)})
    found = calculated(
        """
        const { wayDown, wayUp } = await import(at + "pyramid.js");
        return wayDown(wayUp(made(given), 3)).map(plain);
        """,
        finest.tolist(),
    )
    for one, other in zip(found, wanted.values(), strict=True):
        assert is_near(one, other[0, 0])


def test_the_level_for_an_object_is_torchvisions() -> None:
    sides = [16, 100, 223, 224, 225, 447, 448, 640, 896]
    boxes = torch.tensor([[0.0, 0.0, side, side] for side in sides])
    mapper = LevelMapper(3, 5)
    found = calculated(
        'const { levelFor } = await import(at + "pyramid.js");'
        "return given.map((side) => levelFor(side).level);",
        sides,
    )
    assert found == (mapper([boxes]) + 3).tolist()
