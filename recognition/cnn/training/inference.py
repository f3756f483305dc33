"""A network's answers to a run's photos, which are decoded as in serving."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from recognition.cnn.recogniser import Recogniser
from recognition.cnn.training import distributed
from recognition.cnn.training.data.batches import loaded
from recognition.cnn.training.data.dataset import Data
from recognition.cnn.training.optimisation.objective import Objective

_AT_ONCE = 16


class Answers(NamedTuple):
    """fine_logits: float32 (N, classes); embeddings: float32 (N, embedding_size)."""

    fine_logits: Tensor
    embeddings: npt.NDArray[np.float32]


@torch.inference_mode()
def answer(
    model: Recogniser, data: Data, rows: Sequence[int], device: torch.device, half: bool = False
) -> Answers:
    """Of the network in evaluation mode.

    half: compute in bfloat16, to compare epochs; what is kept is measured in float32.
    """
    model.eval()
    fine_logits = [torch.zeros(0, model.head.fine.out_features)]
    embeddings = [torch.zeros(0, model.head.fine.in_features)]
    parts = [rows[first : first + _AT_ONCE] for first in range(0, len(rows), _AT_ONCE)]
    for part, (_, pixels) in zip(parts, loaded(parts, data.centre, data.pool), strict=True):
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            embedding = model.embed(torch.from_numpy(pixels).to(device))
        embedding = embedding.float()[: len(part)]
        embeddings.append(embedding.cpu())
        fine_logits.append(model.head.fine(embedding).cpu())
    return Answers(torch.cat(fine_logits), torch.cat(embeddings).numpy())


class Judged(NamedTuple):
    """loss: the mean of -log of the probability given to the truth, in nats; accuracy: 0 to 1."""

    loss: float
    accuracy: float

    def is_better_than(self, accuracy: float, loss: float) -> bool:
        """Where accuracies are equal, the smaller loss is better."""
        return (self.accuracy, -self.loss) > (accuracy, -loss)


def judge(
    model: Recogniser, data: Data, objective: Objective, device: torch.device, half: bool
) -> Judged:
    """On the validation split, which the processes of a run share out among them."""
    rows = list(distributed.share(data.validation))
    fine_logits = answer(model, data, rows, device, half).fine_logits.to(device)
    loss, is_right = objective.judge(fine_logits, data.truths[rows].to(device))
    sums = (loss.sum().item(), is_right.sum().item(), len(rows))
    loss_sum, right, photos = distributed.total(sums, device)
    return Judged(loss_sum / photos, right / photos)
