"""A temperature with which confidences can be believed."""

from __future__ import annotations

import torch
from torch import Tensor

from recognition.cnn.head import GroupedHead
from recognition.cnn.taxonomy import Label
from recognition.cnn.teaching.expansion import descendants

# Fewer photos say more about themselves than about the confidence of others.
FEWEST_PHOTOS = 50
_FACTORS = (0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.25)


def calibrate(
    head: GroupedHead, labels: tuple[Label, ...], embeddings: Tensor, targets: Tensor
) -> float:
    """The temperature near the head's own under which the photos' labels are likeliest.

    Temperature scaling (Guo et al. 2017, arXiv:1706.04599), within a quarter of the old value,
    because a temperature also shifts belief between labels of many and of few classes.
    """
    if len(embeddings) < FEWEST_PHOTOS:
        return head.temperature
    below = descendants(labels)[targets]
    with torch.no_grad():
        fine = head.fine(embeddings)
        losses = {}
        for factor in _FACTORS:
            logits = fine / (head.temperature * factor) + head.log_class_weights
            right = (logits.softmax(1) @ head.membership * below).sum(1)
            losses[factor] = -right.clamp_min(1e-12).log().mean().item()
    return head.temperature * min(losses, key=lambda factor: losses[factor])
