"""Checkpoints: whole or not there."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from recognition.cnn.head import GroupedHead
from recognition.cnn.pixels.preprocessing import Preprocessing
from recognition.cnn.recogniser import Recogniser
from recognition.cnn.training.checkpoints import (
    Progress,
    is_disk_full,
    load_best,
    load_checkpoint,
    save_best,
    save_checkpoint,
)
from recognition.cnn.training.optimisation.ema import Ema

PIXELS = torch.randint(0, 256, (4, 8, 8, 3), dtype=torch.uint8)


class Trained:
    """A tiny network after some steps."""

    def __init__(self, seed: int, steps: int = 0) -> None:
        torch.manual_seed(seed)
        backbone = nn.Sequential(
            nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        )
        head = GroupedHead(4, [(0,), (1,)], 1.0, (1.0, 1.0))
        preprocessing = Preprocessing(8, 8, "bicubic", 127.0, 128.0)
        self.model = Recogniser(preprocessing, backbone, head).to(memory_format=torch.channels_last)
        self.ema = Ema(self.model, 0.9)
        self.optimiser = torch.optim.AdamW(self.model.parameters())
        self.step(steps)

    def step(self, steps: int = 1) -> None:
        self.model.train()
        for step in range(steps):
            self.optimiser.zero_grad()
            self.model(PIXELS).log_probabilities[:, 0].mean().backward()
            self.optimiser.step()
            self.ema.update(self.model, step)

    def save(self, folder: Path, progress: Progress) -> None:
        save_checkpoint(folder, progress, self.model, self.ema, self.optimiser)

    def load(self, folder: Path) -> Progress:
        return load_checkpoint(folder, self.model, self.ema, self.optimiser)

    def state(self) -> list[torch.Tensor]:
        states = [self.model.state_dict(), self.ema.model.state_dict()]
        return [tensor.clone() for state in states for tensor in state.values()]


def test_it_goes_on_exactly_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    first, second = Trained(seed=1, steps=3), Trained(seed=2)
    first.save(tmp_path, Progress(epoch=2, step=5))
    assert second.load(tmp_path) == Progress(epoch=2, step=5)
    first.step()
    second.step()
    assert all(map(torch.equal, first.state(), second.state()))


def test_without_a_checkpoint_it_begins(tmp_path: Path) -> None:
    assert Trained(seed=1).load(tmp_path) == Progress()


def test_a_full_disk_leaves_the_last_checkpoint_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = Trained(seed=1, steps=1)
    trained.save(tmp_path, Progress(epoch=1))
    monkeypatch.setattr(os, "fsync", disk_full)
    trained.step()
    with pytest.raises(OSError, match="No space left"):
        trained.save(tmp_path, Progress(epoch=2))
    assert Trained(seed=2).load(tmp_path) == Progress(epoch=1)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.safetensors"]


def test_the_best_epoch_is_the_average(tmp_path: Path) -> None:
    trained, other = Trained(seed=1, steps=3), Trained(seed=2)
    assert load_best(tmp_path, other.model) is None
    save_best(tmp_path, replace(Progress(), best_epoch=7), trained.ema)
    progress = load_best(tmp_path, other.model)
    assert progress is not None
    assert progress.best_epoch == 7
    expected = trained.ema.model.state_dict().values()
    assert all(map(torch.equal, other.model.state_dict().values(), expected))


def test_what_a_full_disk_looks_like() -> None:
    assert is_disk_full(OSError(errno.ENOSPC, "No space left on device"))
    assert is_disk_full(RuntimeError("I/O error: No space left on device (os error 28)"))
    assert not is_disk_full(RuntimeError("something else"))


def disk_full(file: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")
