"""What learns, and how fast."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from recognition.cnn.head import GroupedHead
from recognition.cnn.pixels.preprocessing import Preprocessing
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.training.optimisation.optimiser import (
    freeze,
    learning_rate,
    make_optimiser,
    train_mode,
)
from recognition.cnn.training.parameters import TrainingParameters

PARAMETERS = replace(TrainingParameters(), epochs=10, warmup_epochs=2.0, learning_rate=1.0)


def network() -> Recogniser:
    stages = [nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)) for _ in range(6)]
    backbone = nn.Sequential(*stages, nn.AdaptiveAvgPool2d(1), nn.Flatten())
    head = GroupedHead(3, [(0,), (1,)], 1.0, (1.0, 1.0))
    return Recogniser(Preprocessing(8, 8, "bicubic", 127.0, 128.0), backbone, head)


def learning(model: Recogniser) -> set[str]:
    return {name[:7] for name, weights in model.named_parameters() if weights.requires_grad}


def test_only_the_head_learns() -> None:
    model = network()
    freeze(model, "head")
    assert learning(model) == {"head.fi"}


def test_the_last_third_of_the_stages_learns() -> None:
    model = network()
    freeze(model, "last_stages")
    assert learning(model) == {"trunk.4", "trunk.5", "head.fi"}


def test_everything_learns() -> None:
    model = network()
    freeze(model, "all")
    assert len(learning(model)) == 7


def test_what_does_not_learn_keeps_its_statistics() -> None:
    model = network()
    freeze(model, "last_stages")
    train_mode(model, moving_statistics=True)
    before = [buffer.clone() for buffer in model.buffers()]
    model(torch.randint(0, 256, (4, 8, 8, 3), dtype=torch.uint8))
    changed = {
        name
        for (name, now), then in zip(model.named_buffers(), before, strict=True)
        if not torch.equal(now, then)
    }
    assert {name[:7] for name in changed} == {"trunk.4", "trunk.5"}


def test_biases_and_norms_do_not_decay() -> None:
    decaying, others = make_optimiser(network(), PARAMETERS).param_groups
    assert {weights.ndim for weights in decaying["params"]} == {2, 4}
    assert {weights.ndim for weights in others["params"]} == {1}
    assert (decaying["weight_decay"], others["weight_decay"]) == (PARAMETERS.weight_decay, 0.0)


def test_the_learning_rate_rises_and_falls() -> None:
    rates = [learning_rate(PARAMETERS, step, 5) for step in range(50)]
    top = rates.index(max(rates))
    assert top == 10
    assert rates[:top] == sorted(rates[:top])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[top] == pytest.approx(1.0)
    assert rates[-1] < 0.01
