"""Several processes, one a GPU, that train one network: PyTorch's DistributedDataParallel.

Batches are shared out among them, so that a run means the same on any number of GPUs. All
functions work in a lone process too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import distributed, nn

_MAX_RESTARTS = 8  # each halves the batches (`memory.py`)


def rank() -> int:
    return int(os.environ.get("RANK", "0"))


def world_size() -> int:
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_first() -> bool:
    """Whether this process writes events, saves and measures for all."""
    return rank() == 0


def become_torchrun(folder: Path, device: str) -> None:
    """Where there are several GPUs and torchrun did not start this process, turn into torchrun."""
    several = device == "cuda" and torch.cuda.device_count() > 1
    if several and "WORLD_SIZE" not in os.environ:
        options = [
            "--standalone",
            f"--nproc-per-node={torch.cuda.device_count()}",
            f"--max-restarts={_MAX_RESTARTS}",
        ]
        program = [sys.executable, "-m", "torch.distributed.run", *options]
        os.execv(sys.executable, [*program, "-m", __package__, str(folder)])  # noqa: S606


def join(device: torch.device) -> None:
    """Meet the other processes, if there are any."""
    if world_size() > 1:
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")


def leave() -> None:
    if distributed.is_initialized():
        distributed.destroy_process_group()


def wrap(module: nn.Module) -> nn.Module:
    """The module with gradients averaged over all processes."""
    if world_size() > 1:
        return nn.parallel.DistributedDataParallel(module)
    return module


def share(rows: Sequence[int]) -> Sequence[int]:
    """What of a batch is this process' own; never nothing."""
    return rows[rank() :: world_size()] or rows[:1]


def agree(decision: bool, device: torch.device) -> bool:
    """The first process' decision, known to all."""
    if world_size() == 1:
        return decision
    flag = torch.tensor([decision], dtype=torch.uint8, device=device)
    distributed.broadcast(flag, src=0)
    return bool(flag.item())
