"""A temperature with which confidences can be believed."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from recognition.cnn.head import GroupedHead, log_sum_exp_by_group
from recognition.cnn.taxonomy import Label
from recognition.cnn.teaching.expansion import descendants

# Temperatures that are tried, as factors of the present one: from 1/4 to 4, two percent apart.
_FACTORS = [math.exp(step / 50) for step in range(-69, 70)]
# Of the prior: 1 / variance of the logarithm of the factor (docs/decisions/teaching.md).
_PRIOR_PRECISION = 10.0


@torch.no_grad()
def calibrate(
    head: GroupedHead, labels: tuple[Label, ...], fine_logits: Tensor, targets: Tensor
) -> float:
    """The temperature under which the labels of photos are likeliest that nothing was learned from.

    Temperature scaling (Guo et al. 2017, arXiv:1706.04599), with a log-normal prior around the
    head's own temperature: the maximum a posteriori. A few photos, all of them right, would ask for
    infinite confidence; without photos nothing changes.

    fine_logits (N, classes), targets (N,) indices into labels.
    """
    below = head.membership @ descendants(labels).T  # (classes, labels): of a label or below it
    losses = []
    for factor in _FACTORS:
        logits = fine_logits / (head.temperature * factor) + head.log_class_weights
        right = log_sum_exp_by_group(logits.log_softmax(1), below).gather(1, targets[:, None])
        losses.append(_PRIOR_PRECISION * math.log(factor) ** 2 / 2 - right.sum().item())
    return head.temperature * _FACTORS[losses.index(min(losses))]
