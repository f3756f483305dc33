"""AdamW, which parts of a network it trains, and the learning rate."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn

from recognition.cnn.recogniser import Recogniser
from recognition.cnn.training.parameters import TrainingParameters

_SHARE_OF_STAGES = 1 / 3  # that "last_stages" means


def freeze(model: Recogniser, trainable: str) -> None:
    """Let the head learn, the head and the last third of the backbone's stages, or all of it."""
    model.requires_grad_(True)
    if trainable == "head":
        model.backbone.requires_grad_(False)
    elif trainable == "last_stages":
        stages = list(dict.fromkeys(_stage(name) for name, _ in model.backbone.named_parameters()))
        learning = set(stages[-math.ceil(len(stages) * _SHARE_OF_STAGES) :])
        for name, parameter in model.backbone.named_parameters():
            parameter.requires_grad_(_stage(name) in learning)


def train_mode(model: Recogniser, moving_statistics: bool) -> None:
    """Training mode, but normalisation keeps its statistics where nothing learns.

    moving_statistics: whether it takes them from the batches elsewhere.
    """
    model.train()
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            learns = any(parameter.requires_grad for parameter in module.parameters())
            module.train(learns and moving_statistics)


def make_optimiser(model: Recogniser, parameters: TrainingParameters) -> torch.optim.AdamW:
    """AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101); biases and norms do not decay."""
    learning = [weights for weights in model.parameters() if weights.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [weights for weights in learning if weights.ndim > 1]},
        {"params": [weights for weights in learning if weights.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        groups, lr=parameters.learning_rate, weight_decay=parameters.weight_decay
    )


def learning_rate(parameters: TrainingParameters, step: int, steps_an_epoch: int) -> float:
    """Of a step, counted from 0 over all epochs: a linear warm-up, then half a cosine to zero
    (Loshchilov and Hutter 2017, arXiv:1608.03983)."""
    warmup = parameters.warmup_epochs * steps_an_epoch
    if step < warmup:
        return parameters.learning_rate * (step + 1) / (math.ceil(warmup) + 1)
    rest = max(parameters.epochs * steps_an_epoch - warmup, 1)
    return parameters.learning_rate * (1 + math.cos(math.pi * (step - warmup) / rest)) / 2


def _stage(name: str) -> str:
    """The part of a parameter's name that its stage shares: up to the first number."""
    parts = name.split(".")
    numbers = [place for place, part in enumerate(parts) if part.isdigit()]
    return ".".join(parts[: numbers[0] + 1]) if numbers else parts[0]
