"""The grouped head: from an embedding over fine classes to labels."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

_SMALLEST_PROBABILITY = 1e-12
_SMALLEST_SHARE = 1e-30  # of the likeliest class, that float32 can still represent


class GroupedHead(nn.Module):
    """A linear classifier over fine classes whose probabilities are summed into labels.

    A class's probability is softmax(logits / temperature + log(class_weights)); a label's is the
    sum over its classes, so that its logit is a log-sum-exp over theirs.

    groups: for each label the indices of its classes; every class belongs to one label.
    temperature: below 1 it sharpens. A network trained with label smoothing (Szegedy et al. 2016,
        arXiv:1512.00567) spreads some belief over all classes, and a label that owns hundreds of
        them would collect it.
    class_weights: how much likelier a class is here than in the training data; the correction
        for a shifted prior (Saerens et al. 2002, doi:10.1162/089976602753284446).
    """

    membership: Tensor
    log_class_weights: Tensor

    def __init__(
        self,
        embedding_size: int,
        groups: Sequence[Sequence[int]],
        temperature: float,
        class_weights: Sequence[float],
    ) -> None:
        super().__init__()
        classes = len(class_weights)
        if sorted(index for group in groups for index in group) != list(range(classes)):
            raise ValueError("every fine class must belong to exactly one label")
        membership = torch.zeros(classes, len(groups))
        for label, group in enumerate(groups):
            membership[list(group), label] = 1.0
        self.fine = nn.Linear(embedding_size, classes)
        self.temperature = temperature
        # Both follow from model.json, so they are not among the weights.
        self.register_buffer("membership", membership, persistent=False)
        self.register_buffer(
            "log_class_weights", torch.tensor(class_weights).log(), persistent=False
        )

    def forward(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """(B, embedding_size) -> log-probabilities (B, labels) and fine logits (B, classes)."""
        fine_logits = self.fine(embedding)
        logits = fine_logits / self.temperature + self.log_class_weights
        probabilities = torch.softmax(logits, dim=1) @ self.membership
        return probabilities.clamp_min(_SMALLEST_PROBABILITY).log(), fine_logits


def log_sum_exp_by_group(logits: Tensor, groups: Tensor, rest: Tensor | None = None) -> Tensor:
    """The logit of each group of classes: logits (B, classes), groups (classes, N) -> (B, N).

    Of log-probabilities it is the logarithm of the group's summed probability.
    rest: (B, N), the logits of further classes that each group has.
    """
    if not logits.shape[1]:
        return torch.full((len(logits), groups.shape[1]), -1e9)
    most = logits.detach().amax(dim=1, keepdim=True)
    sums = (logits - most).exp() @ groups
    if rest is not None:
        sums = sums + (rest - most).exp()
    return sums.clamp_min(_SMALLEST_SHARE).log() + most
