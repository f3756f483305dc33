"""What training minimises: cross-entropy over labels, and the distillation loss."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recognition.cnn.head import GroupedHead, log_sum_exp_by_group
from recognition.cnn.measures.evaluation import right_answers
from recognition.cnn.taxonomy import Label

_LARGEST_WEIGHT = 10.0


class Objective(nn.Module):
    """The loss of each photo.

    A photo's loss is -log of the summed probability of its label and its descendants,
    smoothed over all labels (Szegedy et al. 2016, arXiv:1512.00567).
    """

    log_class_weights: Tensor
    members: Tensor
    below: Tensor
    is_right: Tensor
    label_weights: Tensor

    def __init__(
        self,
        head: GroupedHead,
        labels: tuple[Label, ...],
        smoothing: float = 0.0,
        label_weights: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.temperature = head.temperature
        self._smoothing = smoothing
        members = head.membership.cpu()
        is_right = torch.from_numpy(right_answers(labels))
        self.register_buffer("log_class_weights", head.log_class_weights.cpu())
        self.register_buffer("members", members)
        self.register_buffer("below", members @ is_right.float().T)
        self.register_buffer("is_right", is_right)
        weights = torch.ones(len(labels)) if label_weights is None else label_weights
        self.register_buffer("label_weights", weights)

    def forward(self, fine_logits: Tensor, truth: Tensor) -> Tensor:
        """(B, classes), indices of labels (B,) -> (B,), in nats."""
        classes = self._classes(fine_logits)
        right = log_sum_exp_by_group(classes, self.below).gather(1, truth[:, None])[:, 0]
        loss = -(1 - self._smoothing) * right
        if self._smoothing:
            loss = loss - self._smoothing * log_sum_exp_by_group(classes, self.members).mean(dim=1)
        return loss * self.label_weights[truth]

    @torch.no_grad()
    def log_probabilities(self, fine_logits: Tensor) -> Tensor:
        """(B, classes) -> (B, labels), natural logarithms."""
        return log_sum_exp_by_group(self._classes(fine_logits), self.members)

    @torch.no_grad()
    def judge(self, fine_logits: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
        """Each photo's loss without smoothing and weights, and whether its answer is right."""
        classes = self._classes(fine_logits)
        loss = -log_sum_exp_by_group(classes, self.below).gather(1, truth[:, None])[:, 0]
        answers = log_sum_exp_by_group(classes, self.members).argmax(dim=1)
        return loss, self.is_right[truth, answers]

    def distillation_loss(self, fine_logits: Tensor, answers: Tensor, groups: Tensor) -> Tensor:
        """How far a photo's answer is from the parent's: cross-entropy, (B,), in nats.

        answers: (B, N), the parent's probabilities; groups: (classes, N), which classes now belong
            to which of the parent's labels. Hinton et al. 2015, arXiv:1503.02531.
        """
        return -(answers * log_sum_exp_by_group(self._classes(fine_logits), groups)).sum(dim=1)

    def _classes(self, fine_logits: Tensor) -> Tensor:
        logits = fine_logits.float() / self.temperature + self.log_class_weights
        return logits.log_softmax(dim=1)


def label_weights(counts: Tensor, balanced: bool) -> Tensor:
    """float32 (labels,): what a photo of each label counts, 1 for the average photo.

    counts: photos of each label in the training split.
    """
    if not balanced:
        return torch.ones(len(counts))
    weights = (counts.sum() / counts.clamp_min(1) / (counts > 0).sum()).clamp_max(_LARGEST_WEIGHT)
    return weights * counts.sum() / (weights * counts).sum()
