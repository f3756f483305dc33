"""How a training process behaves towards the machine and the process that started it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

import torch

from recognition.cnn.pixels.pool import processors
from recognition.cnn.training.distributed import local_world_size, world_size

_PR_SET_PDEATHSIG = 1


def lower_priority() -> None:
    """Leave the processors to everybody else, the predictor above all.

    A thread for each processor still takes nothing away: with the lowest priority they only get
    what others leave.
    """
    os.nice(19)
    if world_size() > 1:  # torchrun gave it a session, and so a share (sched(7)), of its own
        with contextlib.suppress(OSError):
            of_parent = Path(f"/proc/{os.getppid()}/autogroup").read_text()
            Path("/proc/self/autogroup").write_text(autogroup_niceness(of_parent))
    if hasattr(os, "SCHED_BATCH"):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def autogroup_niceness(autogroup: str) -> str:
    """What /proc/PID/autogroup says, such as "/autogroup-7 nice 0": nothing at all of a process
    that the system has put into no such group, as a container's first ones."""
    return autogroup.split()[-1] if autogroup.strip() else "0"


def end_with_parent(parent: int) -> None:
    """Let this process be killed when the one that started it ends, and SIGTERM end it at once.

    Nothing is lost: a checkpoint is whole or absent. A parent may have left SIGTERM ignored.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before
            sys.exit(1)


def choose_device(wish: str) -> torch.device:
    """wish: "auto", "cpu" or "cuda"."""
    if wish == "cuda" or (wish == "auto" and torch.cuda.is_available()):
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    return torch.device("cpu")


def gpus(device: torch.device) -> int:
    """How many processes to train with: one a GPU, if it is on GPUs."""
    return torch.cuda.device_count() if device.type == "cuda" else 1


def set_up(device: torch.device, threads: int) -> None:
    """Compute repeatably, on a CPU with this many threads; 0 for one a processor."""
    if device.type == "cpu":
        torch.set_num_threads(threads or max(1, processors() // local_world_size()))
        return
    torch.cuda.set_device(device)
    # Where CUDA has no repeatable way to compute something, any way is better than none.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cudnn.benchmark = False
    torch.use_deterministic_algorithms(True, warn_only=True)


def computes_in_half(device: torch.device) -> bool:
    """Whether bfloat16 is faster: on GPUs, and on processors that compute in it."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.cpu._is_avx512_bf16_supported())
