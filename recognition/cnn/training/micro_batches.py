"""Micro-batches: how many photos of a batch go through the network at once. Torch-free."""

from __future__ import annotations

import json
from pathlib import Path

SMALLEST = 2  # photos at once; batch normalisation needs two


class MicroBatches:
    """Their gradients add up to the batch's, so that smaller ones change nothing of the training
    but its speed (and the statistics of batch normalisation). The size is stored in the folder.
    """

    def __init__(self, folder: Path, batch_size: int) -> None:
        self._path = folder / "portions.json"  # so named in the folders of runs that wait
        self.size = max(batch_size, 1)
        if self._path.exists():
            self.size = min(self.size, int(json.loads(self._path.read_text())["size"]))

    def halve(self) -> bool:
        """False if they cannot be smaller."""
        if self.size <= SMALLEST:
            return False
        self.size = max(self.size // 2, SMALLEST)
        draft = self._path.with_suffix(".tmp")
        draft.write_text(json.dumps({"size": self.size}))
        draft.replace(self._path)
        return True
