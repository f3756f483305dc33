"""What a file of weights says of itself, read without torch."""

from __future__ import annotations

import json
import math
from pathlib import Path

from recognition.cnn.manifest import WEIGHTS_NAME

_LONGEST = 16 << 20  # bytes; headers of large networks have a few hundred kilobytes
_COUNTED_WHILE_TRAINING = ("running_mean", "running_var", "num_batches_tracked")


def count_parameters(folder: Path) -> int | None:
    """How many numbers of a version's network were learnt; None if the file cannot be read.

    The header, JSON after its length, has the name, type and shape of each tensor
    (https://github.com/huggingface/safetensors#format).
    """
    try:
        with (folder / WEIGHTS_NAME).open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, _LONGEST)))
        header.pop("__metadata__", None)
        shapes: dict[str, list[int]] = {name: tensor["shape"] for name, tensor in header.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return sum(
        math.prod(shape)
        for name, shape in shapes.items()
        if not name.endswith(_COUNTED_WHILE_TRAINING)
    )
