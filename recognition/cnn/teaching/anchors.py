"""What old answers are distilled on: unlabelled anchors, and embeddings made from the head."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize

# With fewer photos their mean is their own, not that of photos in general.
_ENOUGH_FOR_MEAN = 50
# The weight of photos in general beside each label's photos, in labels.
_GENERAL_LABELS = 5
# The quantile of the examples' similarities from which a photo is one of them.
_NEAR = 0.25
_MOST_IMAGINED = 300


def imagine(rows: Tensor, photos: Tensor) -> Tensor:
    """Embeddings (at most 300, D) that every so many of the rows (classes, D) would be surest of.

    Each is as long as the photos' (N, D) are on average. They take the place of anchors where
    there are none.
    """
    directions = rows - rows.mean(0)
    directions = normalize(directions[:: -(-len(rows) // _MOST_IMAGINED)], dim=1)
    middle = photos.mean().expand_as(directions)
    length = (photos.square().sum(1).mean() - middle[0].square().sum()).clamp_min(0.0).sqrt()
    imagined = middle + length * directions
    return imagined.clamp_min(0.0) if photos.min() >= 0 else imagined


def general_mean(labelled: Tensor, targets: Tensor, anchors: Tensor) -> Tensor:
    """Where photos in general lie, (D,): not where one label's do, if only one was labelled."""
    means = torch.stack([labelled[targets == label].mean(0) for label in targets.unique()])
    general = labelled.mean().expand(labelled.shape[1])
    if len(anchors) >= _ENOUGH_FOR_MEAN:
        general = anchors.mean(0)
    return (means.sum(0) + _GENERAL_LABELS * general) / (len(means) + _GENERAL_LABELS)


def looks_like(photos: Tensor, examples: Tensor) -> Tensor:
    """Which photos (M, D) are as near to one of the examples as these are to each other."""
    if len(examples) < 2 or not len(photos):
        return torch.zeros(len(photos), dtype=torch.bool)
    middle = photos.mean(0)
    examples = normalize(examples - middle, dim=1)
    photos = normalize(photos - middle, dim=1)
    among = (examples @ examples.T).fill_diagonal_(-1.0).amax(1)
    return (photos @ examples.T).amax(1) >= among.quantile(_NEAR)
