"""What a file of weights says of itself, read without torch."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from recognition.cnn.manifest import WEIGHTS_NAME, CorruptCheckpoint

_LONGEST = 16 << 20  # bytes; headers of large networks have a few hundred kilobytes
_COUNTED_WHILE_TRAINING = ("running_mean", "running_var", "num_batches_tracked")


def read_header(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of each tensor of a version, and {"dtype": "F32", "shape": [1000, 1280], ...}.

    The header is JSON after its length (https://github.com/huggingface/safetensors#format).
    Raises CorruptCheckpoint.
    """
    try:
        with (folder / WEIGHTS_NAME).open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, _LONGEST)))
        for name, tensor in header.items():
            if name != "__metadata__":
                _check(tensor)
                yield name, tensor
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CorruptCheckpoint(f"the weights in {folder} cannot be read: {error!r}") from error


def count_parameters(folder: Path) -> int | None:
    """How many numbers of a version's network were learnt; None if the file cannot be read."""
    try:
        shapes: dict[str, list[int]] = {name: found["shape"] for name, found in read_header(folder)}
    except CorruptCheckpoint:
        return None
    return sum(
        math.prod(shape)
        for name, shape in shapes.items()
        if not name.endswith(_COUNTED_WHILE_TRAINING)
    )


def _check(tensor: dict[str, Any]) -> None:
    shape = tensor["shape"]
    if not isinstance(tensor["dtype"], str) or not all(type(side) is int for side in shape):
        raise TypeError(tensor)
