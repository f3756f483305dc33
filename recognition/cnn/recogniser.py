"""The whole network in one module: uint8 photos in, labels out."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from recognition.cnn.head import GroupedHead
from recognition.cnn.preprocessing import Preprocessing


class Recognition(NamedTuple):
    """What the network says of B photos.

    log_probabilities: (B, labels), natural logarithms.
    fine_logits: (B, classes).
    embeddings: (B, embedding_size), the trunk's pooled features.
    """

    log_probabilities: Tensor
    fine_logits: Tensor
    embeddings: Tensor


class Recogniser(nn.Module):
    """Normalisation, trunk and grouped head."""

    def __init__(self, preprocessing: Preprocessing, trunk: nn.Module, head: GroupedHead) -> None:
        super().__init__()
        self.mean, self.std = preprocessing.mean, preprocessing.std
        self.trunk = trunk
        self.head = head

    def forward(self, pixels: Tensor) -> Recognition:
        """pixels: uint8 (B, H, W, 3), RGB."""
        embeddings = self.embed(pixels)
        log_probabilities, fine_logits = self.head(embeddings)
        return Recognition(log_probabilities, fine_logits, embeddings)

    def embed(self, pixels: Tensor) -> Tensor:
        """Normalise and run the trunk: uint8 (B, H, W, 3) -> (B, embedding_size)."""
        images = (pixels.permute(0, 3, 1, 2).float() - self.mean) / self.std
        embeddings: Tensor = self.trunk(images)
        return embeddings
