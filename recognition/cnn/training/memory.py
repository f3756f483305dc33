"""Running out of memory is an error to be handled with smaller micro-batches, not with a
lost run."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import torch

from recognition.cnn.training.distributed import local_world_size

_LEFT_FOR_OTHERS = 0.1  # of the memory that is free at the start
_CGROUP = Path("/sys/fs/cgroup")
_SIGNS = ("can't allocate memory", "out of memory", "could not create a memory", "bad_alloc")


def is_out_of_memory(error: BaseException) -> bool:
    """PyTorch has an exception of its own on CUDA only; on a CPU the text must do."""
    if isinstance(error, (MemoryError, torch.cuda.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _SIGNS)


def available_bytes() -> int:
    """What this process can still allocate before the kernel kills processes for want of memory."""
    free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for line in _lines(Path("/proc/meminfo")):
        if line.startswith("MemAvailable:"):
            free = int(line.split()[1]) * 1024
    limits, used = _lines(_CGROUP / "memory.max"), _lines(_CGROUP / "memory.current")
    if limits and used and limits[0].strip() != "max":
        free = min(free, int(limits[0]) - int(used[0]))
    return max(free, 0)


def limit_memory() -> None:
    """Let allocating too much raise here, before the kernel kills a process for it.

    Not with CUDA, whose driver reserves far more address space than it will ever use.
    """
    if torch.cuda.is_available() or not Path("/proc/self/statm").exists():
        return
    own_bytes = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    limit = own_bytes + int(available_bytes() * (1 - _LEFT_FOR_OTHERS) / local_world_size())
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
