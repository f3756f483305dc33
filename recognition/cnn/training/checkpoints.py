"""What a run needs to go on exactly as if it had never stopped.

A checkpoint is one safetensors file whose header has the rest as JSON. It is written under
another name, flushed to the disk and renamed, so that there is always a whole one. It needs no
random state: every random choice is a function of seed, epoch and step.
"""

from __future__ import annotations

import errno
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from recognition.cnn.recogniser import Recogniser
from recognition.cnn.training.optimisation.ema import Ema

_NAME = "checkpoint.safetensors"
_BEST_NAME = "best.safetensors"
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass
class Progress:
    """How far a run is.

    epoch, step: what is next; both count from 0, the step within its epoch.
    loss_sum, seen: over the epoch so far, for its mean training loss.
    best_epoch: counted from 1, 0 for none yet; best_accuracy and best_loss are its own.
    stale: epochs since then. seconds: of training, over all attempts.
    """

    epoch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    seen: int = 0
    best_epoch: int = 0
    best_accuracy: float = 0.0
    best_loss: float = float("inf")
    stale: int = 0
    seconds: float = 0.0


def save_checkpoint(
    folder: Path,
    progress: Progress,
    model: Recogniser,
    ema: Ema,
    optimiser: torch.optim.Optimizer,
) -> None:
    """Replace the last checkpoint. Raises OSError or SafetensorError."""
    tensors = _prefixed("model", model.state_dict())
    tensors |= _prefixed("average", ema.model.state_dict())
    for index, state in optimiser.state_dict()["state"].items():
        tensors |= _prefixed(f"optimiser.{index}", state)
    _write(folder / _NAME, tensors, progress)


def load_checkpoint(
    folder: Path, model: Recogniser, ema: Ema, optimiser: torch.optim.Optimizer
) -> Progress:
    """Set everything back to the last checkpoint, if there is one."""
    path = folder / _NAME
    if not path.exists():
        return Progress()
    tensors, progress = _read(path)
    model.load_state_dict(_of(tensors, "model"))
    ema.model.load_state_dict(_of(tensors, "average"))
    _load_optimiser(optimiser, _of(tensors, "optimiser"))
    return progress


def save_best(folder: Path, progress: Progress, ema: Ema) -> None:
    """Keep the average as that of the best epoch so far."""
    _write(folder / _BEST_NAME, _prefixed("model", ema.model.state_dict()), progress)


def load_best(folder: Path, model: Recogniser) -> Progress | None:
    """Set the network to the best epoch's weights; None if no epoch was finished."""
    path = folder / _BEST_NAME
    if not path.exists():
        return None
    tensors, progress = _read(path)
    model.load_state_dict(_of(tensors, "model"))
    return progress


def is_disk_full(error: BaseException) -> bool:
    """Whether writing failed for want of space; safetensors and OpenVINO say so only in a text."""
    if isinstance(error, OSError) and error.errno in _DISK_FULL:
        return True
    texts = [text for code in _DISK_FULL for text in (os.strerror(code), f"os error {code}")]
    return any(text in str(error) for text in texts)


def _load_optimiser(optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    document = optimiser.state_dict()
    parameters = [weights for group in optimiser.param_groups for weights in group["params"]]
    for name, tensor in tensors.items():
        index, _, key = name.partition(".")
        if tensor.ndim:  # laid out in memory like its weights, or sums may come out otherwise
            tensor = torch.empty_like(parameters[int(index)]).copy_(tensor)
        document["state"].setdefault(int(index), {})[key] = tensor
    optimiser.load_state_dict(document)


def _write(path: Path, tensors: dict[str, Tensor], progress: Progress) -> None:
    draft = path.with_suffix(".tmp")
    try:
        save_file(tensors, draft, {"progress": json.dumps(asdict(progress))})
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(path: Path) -> tuple[dict[str, Tensor], Progress]:
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return tensors, Progress(**json.loads(file.metadata()["progress"]))


def _prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": tensor.contiguous() for name, tensor in tensors.items()}


def _of(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    start = f"{prefix}."
    return {
        name[len(start) :]: tensor for name, tensor in tensors.items() if name.startswith(start)
    }
