"""The grouped head: from an embedding over fine classes to labels."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

_SMALLEST_PROBABILITY = 1e-12


class GroupedHead(nn.Module):
    """A linear classifier over fine classes whose probabilities are summed into labels.

    A label's probability is the sum over its classes of softmax(logits / temperature); as a
    logit, that is a log-sum-exp over its classes. A temperature below 1 sharpens: a network
    trained with label smoothing (Szegedy et al. 2016, arXiv:1512.00567) spreads some of its
    belief over all classes, and a label that owns hundreds of them would collect it.

    groups: for each label the indices of its classes; every class belongs to one label.
    """

    membership: Tensor

    def __init__(
        self, embedding_size: int, groups: Sequence[Sequence[int]], temperature: float
    ) -> None:
        super().__init__()
        if sorted(index for group in groups for index in group) != list(
            range(sum(map(len, groups)))
        ):
            raise ValueError("every fine class must belong to exactly one label")
        membership = torch.zeros(sum(map(len, groups)), len(groups))
        for label, group in enumerate(groups):
            membership[list(group), label] = 1.0
        self.fine = nn.Linear(embedding_size, len(membership))
        self.temperature = temperature
        self.register_buffer("membership", membership, persistent=False)

    def forward(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """(B, embedding_size) -> log-probabilities (B, labels) and fine logits (B, classes)."""
        fine_logits = self.fine(embedding)
        probabilities = torch.softmax(fine_logits / self.temperature, dim=1) @ self.membership
        return probabilities.clamp_min(_SMALLEST_PROBABILITY).log(), fine_logits
