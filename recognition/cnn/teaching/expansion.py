"""A head with room for new labels: one more class each, that says nothing of its own yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from recognition.cnn.head import GroupedHead
from recognition.cnn.manifest import Manifest
from recognition.cnn.measures.evaluation import right_answers
from recognition.cnn.taxonomy import Label


def expand_head(
    parent: Manifest, head: GroupedHead, labels: tuple[Label, ...]
) -> tuple[Manifest, GroupedHead]:
    """The head with one more class for each label that has none, and the manifest of it.

    A new class starts as the mean of its label's nearest ancestor's classes, without one as the
    mean of all: so it asks for what these have in common.
    """
    names, weights = list(parent.fine_names), list(parent.class_weights)
    rows, biases = [head.fine.weight.detach()], [head.fine.bias.detach()]
    grown = []
    for index, label in enumerate(labels):
        if not label.classes:
            start = _classes_above(labels, index) or range(len(parent.class_weights))
            rows.append(rows[0][list(start)].mean(0, keepdim=True))
            biases.append(biases[0][list(start)].mean(0, keepdim=True))
            label = replace(label, classes=(len(names),))
            names.append(label.name_en)
            weights.append(1.0)
        grown.append(label)
    manifest = replace(
        parent, labels=tuple(grown), fine_names=tuple(names), class_weights=tuple(weights)
    )
    return manifest, build_head(manifest, torch.cat(rows), torch.cat(biases))


def build_head(manifest: Manifest, weight: Tensor, bias: Tensor) -> GroupedHead:
    """A manifest's head with the given rows (classes, embedding_size) and biases (classes,)."""
    groups = [label.classes for label in manifest.labels]
    head = GroupedHead(weight.shape[1], groups, manifest.temperature, manifest.class_weights)
    with torch.no_grad():
        head.fine.weight.copy_(weight)
        head.fine.bias.copy_(bias)
    return head.eval()


def ancestors(labels: Sequence[Label]) -> list[list[int]]:
    """For each label the indices of those above it, nearest first; safe against circles."""
    index = {label.slug: i for i, label in enumerate(labels)}
    return [_above(labels, index, i) for i in range(len(labels))]


def nearest_known(labels: Sequence[Label], known: int) -> Tensor:
    """float32 (labels, known): 1 where the column is the row's label or its nearest ancestor among
    the first `known` labels."""
    nearest = torch.zeros(len(labels), known)
    nearest[range(known), range(known)] = 1.0
    for i, above in enumerate(ancestors(labels)):
        if i >= known:
            nearest[i, [a for a in above if a < known][:1]] = 1.0
    return nearest


def descendants(labels: tuple[Label, ...]) -> Tensor:
    """float32 (labels, labels): 1 where the column is the row's label or stands below it."""
    return torch.from_numpy(right_answers(labels)).float()


def _above(labels: Sequence[Label], index: dict[str, int], start: int) -> list[int]:
    above: list[int] = []
    parent = labels[start].parent
    while parent in index and index[parent] not in [start, *above]:
        above.append(index[parent])
        parent = labels[index[parent]].parent
    return above


def _classes_above(labels: Sequence[Label], index: int) -> tuple[int, ...]:
    above = ancestors(labels)[index]
    return next((labels[i].classes for i in above if labels[i].classes), ())
