"""Every network of the catalogue, against what PyTorch itself reports of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from recognition.cnn.networks.catalogue import NETWORKS
from recognition.cnn.networks.three_stage import three_stage
from recognition.cnn.walk import layer_operations as op
from recognition.cnn.walk.plan import Step, steps_of
from recognition.cnn.walk.stages import BLOCK, Stage, stages_of

_PLANS: dict[str, tuple[nn.Module, list[Step], list[Stage]]] = {}


def plan(name: str) -> tuple[nn.Module, list[Step], list[Stage]]:
    if name not in _PLANS:
        network = NETWORKS[name]
        with torch.device("meta"):
            backbone = network.build().eval()
            steps = steps_of(backbone, network.example())
        _PLANS[name] = backbone, steps, stages_of(backbone, steps)
    return _PLANS[name]


def kinds(name: str) -> Iterator[str]:
    return (stage.kind for stage in plan(name)[2])


@pytest.mark.parametrize("name", NETWORKS)
def test_multiply_adds_are_half_of_the_operations_that_pytorch_counts(name: str) -> None:
    backbone, steps, _ = plan(name)
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        backbone(NETWORKS[name].example())
    assert 2 * sum(step.operation.multiply_adds for step in steps) == counter.get_total_flops()


@pytest.mark.parametrize("name", NETWORKS)
def test_every_parameter_is_counted_once(name: str) -> None:
    backbone, steps, _ = plan(name)
    expected = sum(weights.numel() for weights in backbone.parameters())
    assert sum(step.parameters for step in steps) == expected


@pytest.mark.parametrize("name", NETWORKS)
def test_the_formula_gives_the_shapes_that_pytorch_gives(name: str) -> None:
    slid = [step for step in plan(name)[1] if step.operation.across]
    assert slid
    for step in slid:
        across, down = step.operation.across, step.operation.down
        assert across is not None
        assert down is not None
        assert (down.after, across.after) == step.made[1:], step


@pytest.mark.parametrize("name", NETWORKS)
def test_shapes_are_those_of_a_real_forward_pass(name: str) -> None:
    backbone, steps, stages = plan(name)
    made: dict[str, list[tuple[int, ...]]] = {}
    for module_name, module in backbone.named_modules():
        if not list(module.children()):
            module.register_forward_hook(
                lambda _module, _given, result, of=module_name: made.setdefault(of, []).append(
                    tuple(result.shape[1:])
                )
            )
    with torch.device("meta"):
        embedding = backbone(NETWORKS[name].example())
    for step in steps:
        if not step.is_function:
            assert step.made in made[step.name]
    assert steps[stages[-1].steps[-1]].made == tuple(embedding.shape[1:])


@pytest.mark.parametrize("name", NETWORKS)
def test_every_step_is_in_one_stage(name: str) -> None:
    _, steps, stages = plan(name)
    assert sorted(place for stage in stages for place in stage.steps) == list(range(len(steps)))
    assert len(stages) <= 24
    assert op.OTHER not in {step.operation.kind for step in steps}


def test_the_tutorials_network_is_told_layer_by_layer() -> None:
    assert list(kinds("three_stage")) == [
        *(op.CONVOLUTION, op.ACTIVATION, op.MAX_POOLING),
        *(op.CONVOLUTION, op.ACTIVATION) * 2,
        *(op.MAX_POOLING, op.CONVOLUTION, op.ACTIVATION, op.FLATTENING),
    ]


def test_the_blocks_of_a_large_network_are_stages() -> None:
    assert list(kinds("resnet18")) == [
        *(op.CONVOLUTION, op.ACTIVATION, op.MAX_POOLING),
        *(BLOCK,) * 4,
        *(op.GLOBAL_POOLING, op.FLATTENING),
    ]
    layer1 = plan("resnet18")[2][3]
    assert (layer1.name, layer1.title, layer1.repeats) == ("layer1", "BasicBlock", 2)


def test_convolutions_that_follow_each_other_are_joined_where_there_are_many() -> None:
    assert list(kinds("vgg16"))[:6] == [
        *(op.CONVOLUTION, op.ACTIVATION, BLOCK, op.MAX_POOLING, BLOCK, op.MAX_POOLING)
    ]


def test_what_a_place_depends_on_is_what_its_gradient_reaches() -> None:
    torch.manual_seed(0)
    backbone = three_stage(pooling="average").eval()
    images = torch.rand(1, 1, 28, 28)
    steps = steps_of(backbone, images)
    last = next(step for step in reversed(steps) if step.operation.kind == op.CONVOLUTION)
    images.requires_grad_()
    maps = images
    for module in (backbone[0], backbone[1], backbone[2][0]):  # type: ignore[index]
        maps = module(maps)
    maps[0, :, 3, 5].sum().backward()
    assert images.grad is not None
    reached = images.grad[0, 0].nonzero()
    assert last.field is not None
    left, right = last.field.across.of(5, 28)
    top, bottom = last.field.down.of(3, 28)
    assert [top, left] == reached.amin(dim=0).tolist()
    assert [bottom - 1, right - 1] == reached.amax(dim=0).tolist()
