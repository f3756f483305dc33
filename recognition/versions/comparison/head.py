"""A version's head alone. Imports torch: for workers, never for a web process."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from recognition.cnn.store.checkpoint import load_network


@lru_cache(maxsize=4)
def load_head(folder: Path) -> Head:
    """A version never changes, so that it need not be read twice. Raises CorruptCheckpoint."""
    return Head(folder)


class Head:
    """From embeddings to log-probabilities, in the order of `labels`."""

    def __init__(self, folder: Path) -> None:
        """Raises CorruptCheckpoint."""
        manifest, network = load_network(folder)
        self.labels = manifest.labels
        self._head = network.head

    @torch.inference_mode()
    def __call__(self, embeddings: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """(N, embedding_size) -> (N, labels)."""
        log_probabilities, _fine_logits = self._head(torch.from_numpy(embeddings))
        answers: npt.NDArray[np.float32] = log_probabilities.numpy()
        return answers
