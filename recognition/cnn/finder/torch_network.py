"""PyTorch: runs a finder on CUDA machines, and any finder on any machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from recognition.cnn.finder.store import load_network


class TorchNetwork:
    """Eagerly, channels-last; on CUDA with bfloat16 autocast, else in float32."""

    def __init__(self, folder: Path, device: str) -> None:
        self.name = "torch-cuda" if device == "cuda" else "torch"
        self._device = torch.device(device)
        model = load_network(folder)[1].to(self._device)
        self._model = model.to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def __call__(
        self, pixels: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        on_device = torch.from_numpy(pixels).to(self._device)
        half = self._device.type == "cuda"
        with torch.autocast(self._device.type, torch.bfloat16, enabled=half):
            scores, boxes = self._model(on_device)
        return scores.float().cpu().numpy(), boxes.float().cpu().numpy()
