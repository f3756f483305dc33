"""The loss of a batch: of labelled photos, and the distillation loss on unlabelled anchors."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recognition.cnn.training.data.dataset import Data
from recognition.cnn.training.optimisation.objective import Objective, label_weights
from recognition.cnn.training.parameters import TrainingParameters
from recognition.cnn.training.start import Start

ANCHOR_WEIGHT = 0.5  # of an unlabelled anchor, compared with a labelled photo


class Loss(nn.Module):
    """The loss, given the right answer to every row of the data."""

    truths: Tensor
    parent_answers: Tensor | None
    parent_groups: Tensor | None

    def __init__(self, start: Start, data: Data, parameters: TrainingParameters) -> None:
        super().__init__()
        labels = start.manifest.labels
        counts = torch.bincount(data.truths[data.train], minlength=len(labels)).float()
        self.objective = Objective(
            start.model.head,
            labels,
            parameters.label_smoothing,
            label_weights(counts, parameters.class_balancing),
        )
        self.register_buffer("truths", data.truths)
        self.register_buffer("parent_answers", start.parent_answers)
        self.register_buffer("parent_groups", start.parent_groups)

    def forward(self, fine_logits: Tensor, rows: Tensor) -> Tensor:
        """The mean over a batch: (B, classes), places in the data (B,) -> ()."""
        truths = self.truths[rows]
        labelled = truths >= 0
        total: Tensor = self.objective(fine_logits[labelled], truths[labelled]).sum()
        if self.parent_answers is not None and self.parent_groups is not None:
            distillation = self.objective.distillation_loss(
                fine_logits[~labelled], self.parent_answers[rows[~labelled]], self.parent_groups
            )
            total = total + ANCHOR_WEIGHT * distillation.sum()
        return total / len(rows)
