"""The whole network in one module: uint8 photos in, labels out."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from recognition.cnn.head import GroupedHead
from recognition.cnn.pixels.preprocessing import Preprocessing

# How much red, green and blue weigh in the luma of ITU-R BT.601, which is Pillow's mode L too.
_LUMA = (0.299, 0.587, 0.114)


class Recognition(NamedTuple):
    """What the network says of B photos.

    log_probabilities: (B, labels), natural logarithms.
    fine_logits: (B, classes).
    embeddings: (B, embedding_size), the backbone's pooled features.
    """

    log_probabilities: Tensor
    fine_logits: Tensor
    embeddings: Tensor


class Recogniser(nn.Module):
    """Normalisation, backbone and grouped head. Networks that see grey take colour all the same, so
    that decoding, engines and training are alike for all."""

    mean: Tensor
    std: Tensor
    luma: Tensor

    def __init__(
        self, preprocessing: Preprocessing, backbone: nn.Module, head: GroupedHead
    ) -> None:
        super().__init__()
        self.greyscale = preprocessing.greyscale
        # They follow from model.json, so they are not among the weights.
        self.register_buffer("mean", _per_channel(preprocessing.mean), persistent=False)
        self.register_buffer("std", _per_channel(preprocessing.std), persistent=False)
        self.register_buffer("luma", _per_channel(_LUMA), persistent=False)
        # The name under which the weights stand in all versions and checkpoints that there are.
        self.trunk = backbone
        self.head = head

    @property
    def backbone(self) -> nn.Module:
        return self.trunk

    def forward(self, pixels: Tensor) -> Recognition:
        """pixels: uint8 (B, H, W, 3), RGB."""
        embeddings = self.embed(pixels)
        log_probabilities, fine_logits = self.head(embeddings)
        return Recognition(log_probabilities, fine_logits, embeddings)

    def embed(self, pixels: Tensor) -> Tensor:
        """Normalise and run the backbone: uint8 (B, H, W, 3) -> (B, embedding_size)."""
        embeddings: Tensor = self.backbone(self.normalised(pixels))
        return embeddings

    def normalised(self, pixels: Tensor) -> Tensor:
        """What the backbone is given: uint8 (B, H, W, 3) -> float32 (B, 1 or 3, H, W)."""
        images = pixels.permute(0, 3, 1, 2).float()
        if self.greyscale:
            images = (images * self.luma).sum(dim=1, keepdim=True)
        return (images - self.mean) / self.std


def _per_channel(values: float | tuple[float, ...]) -> Tensor:
    """float32 (1 or 3, 1, 1)."""
    return torch.tensor(values, dtype=torch.float32).reshape(-1, 1, 1)
