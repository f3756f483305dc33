"""PyTorch: the engine of CUDA machines, and the plain one that any machine can run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from recognition.cnn.serving.outputs import Outputs
from recognition.cnn.store.checkpoint import load_network


class TorchEngine:
    """Runs a version eagerly, channels-last; on CUDA with bfloat16 autocast, else in float32."""

    def __init__(self, folder: Path, device: str) -> None:
        self.name = "torch-cuda" if device == "cuda" else "torch"
        self._device = torch.device(device)
        model = load_network(folder)[1].to(self._device)
        self._model = model.to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def __call__(self, pixels: npt.NDArray[np.uint8]) -> Outputs:
        on_device = torch.from_numpy(pixels).to(self._device)
        half = self._device.type == "cuda"
        with torch.autocast(self._device.type, torch.bfloat16, enabled=half):
            embeddings = self._model.embed(on_device)
        embeddings = embeddings.float()  # the head is small: it computes in float32
        log_probabilities, fine_logits = self._model.head(embeddings)
        outputs = (log_probabilities, fine_logits, embeddings)
        return Outputs(*(output.cpu().numpy() for output in outputs))
