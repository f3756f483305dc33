"""Several processes, one a GPU, that train one network: PyTorch's DistributedDataParallel.

Each sees its share of every batch, and what they found is added up, so that a run means the same on
any number of GPUs (docs/decisions/fine-tuning.md). torchrun starts them, and starts all again from
the last checkpoint when one dies. All functions work in a lone process too.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import torch
from torch import distributed, nn

_MAX_RESTARTS = 8  # each may halve the batches (`memory.py`)


class StartAgain(Exception):
    """All processes are to begin again from the last checkpoint: torchrun sees to that."""


def rank() -> int:
    return int(os.environ.get("RANK", "0"))


def world_size() -> int:
    return int(os.environ.get("WORLD_SIZE", "1"))


def local_world_size() -> int:
    """How many processes share this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


def is_first() -> bool:
    """Whether this process writes events and checkpoints for all."""
    return rank() == 0


def become_torchrun(folder: Path, processes: int) -> None:
    """Where there are to be several and torchrun did not start this one, turn into torchrun."""
    if processes > 1 and "WORLD_SIZE" not in os.environ:
        options = [
            "--standalone",
            f"--nproc-per-node={processes}",
            f"--max-restarts={_MAX_RESTARTS}",
        ]
        program = [sys.executable, "-m", "torch.distributed.run", *options]
        os.execv(sys.executable, [*program, "-m", __package__, str(folder)])  # noqa: S606


def join(device: torch.device, longest_wait_s: float) -> None:
    """Meet the other processes, if there are any. One that hangs for so long ends the others, and
    torchrun starts all again."""
    if world_size() > 1:
        backend = "nccl" if device.type == "cuda" else "gloo"
        distributed.init_process_group(backend, timeout=timedelta(seconds=longest_wait_s))


def leave() -> None:
    if distributed.is_initialized():
        distributed.destroy_process_group()


def give_up() -> None:
    """End torchrun, which would start all again, although that is of no use."""
    if world_size() > 1 and is_first():
        os.kill(os.getppid(), signal.SIGTERM)


def wrap(module: nn.Module) -> nn.Module:
    """The module with gradients averaged over all processes and, on GPUs, statistics of batch
    normalisation over the whole batch. PyTorch has no such statistics on processors: there each
    process normalises its own share."""
    if world_size() == 1:
        return module
    if all(weights.is_cuda for weights in module.parameters()):
        module = nn.SyncBatchNorm.convert_sync_batchnorm(module)
    return nn.parallel.DistributedDataParallel(module)


def share(rows: Sequence[int]) -> Sequence[int]:
    """Those of them that are this process' own; perhaps none."""
    return rows[rank() :: world_size()]


def total(numbers: Sequence[float], device: torch.device) -> list[float]:
    """Each number, added up over all processes, which get the very same."""
    if world_size() == 1:
        return list(numbers)
    sums = torch.tensor(numbers, dtype=torch.float64, device=device)
    distributed.all_reduce(sums)
    return [float(number) for number in sums.tolist()]


def agree(decision: bool, device: torch.device) -> bool:
    """The first process' decision, known to all."""
    if world_size() == 1:
        return decision
    flag = torch.tensor([decision], dtype=torch.uint8, device=device)
    distributed.broadcast(flag, src=0)
    return bool(flag.item())


def take_statistics(module: nn.Module) -> None:
    """Those of the first process: what else is in a network is the same in all anyway."""
    if world_size() > 1:
        for statistics in module.buffers():
            distributed.broadcast(statistics, src=0)
