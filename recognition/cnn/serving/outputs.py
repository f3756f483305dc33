"""What every engine takes and gives."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt


class Outputs(NamedTuple):
    """What the network says of B photos.

    log_probabilities: float32 (B, labels), natural logarithms; half precision may leave their
        sum a little off 1.
    fine_logits: float32 (B, classes).
    embeddings: float32 (B, embedding_size).
    """

    log_probabilities: npt.NDArray[np.float32]
    fine_logits: npt.NDArray[np.float32]
    embeddings: npt.NDArray[np.float32]


class Engine(Protocol):
    """Runs one version's network; safe to call from one thread at a time."""

    name: str

    def __call__(self, pixels: npt.NDArray[np.uint8]) -> Outputs:
        """pixels: uint8 (B, H, W, 3), RGB, C-contiguous."""
        ...


def probabilities_of(outputs: Outputs) -> npt.NDArray[np.float32]:
    """(B, labels), each row's sum is 1."""
    probabilities: npt.NDArray[np.float32] = np.exp(outputs.log_probabilities)
    # Half precision leaves the sum a little off 1.
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return probabilities
