"""Teaching: new rows and better rows for a version's head, from stored embeddings, in seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from recognition.cnn.head import GroupedHead
from recognition.cnn.manifest import Manifest
from recognition.cnn.taxonomy import Label

Embeddings = npt.NDArray[np.float32]

LAMBDA = 0.003
FEW_PHOTOS = 10


class Examples(NamedTuple):
    """Labelled photos: embeddings float32 (N, D); labels int64 (N,), indices into the labels."""

    embeddings: Embeddings
    labels: npt.NDArray[np.int64]


class Taught(NamedTuple):
    """A new head, the manifest that describes it, and how it came to be (JSON-able)."""

    manifest: Manifest
    head: GroupedHead
    report: dict[str, Any]


def _ignore(progress: float) -> None:
    pass


def teach(
    parent: Manifest,
    head: GroupedHead,
    labels: tuple[Label, ...],
    train: Examples,
    validation: Examples,
    standby: Embeddings,
    seed: int = 0,
    on_progress: Callable[[float], None] = _ignore,
) -> Taught:
    """Teach labelled photos to a version's head.

    labels: the parent's first, in its order with their classes, then new ones without classes.
    standby: embeddings (M, D) of photos that nobody labelled; they hold the parent's answers.
    on_progress: is told the share that is done; raise in it to cancel.
    """
    manifest, grown = _grow(parent, head, labels)
    below = descendants(manifest.labels)
    old = _label_logits(head, torch.from_numpy(standby)).log_softmax(1)
    embeddings, held = torch.from_numpy(train.embeddings), torch.from_numpy(standby)
    targets = below[torch.from_numpy(train.labels)].log()
    start = grown.fine.weight.detach().clone()
    delta = torch.zeros_like(start, requires_grad=True)
    bias = grown.fine.bias.detach()
    optimiser = torch.optim.LBFGS([delta], max_iter=40, line_search_fn="strong_wolfe")
    calls = 0

    def logits(x: Tensor) -> Tensor:
        fine = torch.nn.functional.linear(x, start + delta, bias)
        return _grouped(grown, fine).log_softmax(1)

    def loss() -> Tensor:
        nonlocal calls
        on_progress(min(0.95, calls / 60))
        calls += 1
        optimiser.zero_grad()
        total = -(logits(embeddings) + targets).logsumexp(1).mean() + LAMBDA * delta.square().sum()
        if len(held):
            new = logits(held)[:, : old.shape[1]]
            total = total + (old.exp() * (old - new)).sum(1).mean()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(loss)  # type: ignore[arg-type]
    with torch.no_grad():
        grown.fine.weight.copy_(start + delta)
    on_progress(1.0)
    counts = np.bincount(train.labels, minlength=len(labels))
    few = {
        label.slug: int(n) for label, n in zip(labels, counts, strict=True) if 0 < n < FEW_PHOTOS
    }
    return Taught(manifest, grown, {"few": few, "lambda": LAMBDA})


def descendants(labels: Sequence[Label]) -> Tensor:
    """float32 (labels, labels): 1 where the column is the row's label or stands below it."""
    index = {label.slug: i for i, label in enumerate(labels)}
    below = torch.eye(len(labels))
    for i, label in enumerate(labels):
        seen, parent = {label.slug}, label.parent
        while parent in index and parent not in seen:
            below[index[parent], i] = 1.0
            seen.add(parent)
            parent = labels[index[parent]].parent
    return below


def _grow(
    parent: Manifest, head: GroupedHead, labels: tuple[Label, ...]
) -> tuple[Manifest, GroupedHead]:
    """The head with one more row for each label that has no classes yet."""
    weights, names = list(parent.class_weights), list(parent.fine_names)
    rows, biases = [head.fine.weight.detach()], [head.fine.bias.detach()]
    grown: list[Label] = []
    by_slug = {label.slug: label for label in labels}
    for label in labels:
        if not label.classes:
            above = by_slug.get(label.parent or "")
            classes = list(above.classes) if above else []
            row = classes or list(range(len(parent.class_weights)))
            rows.append(head.fine.weight.detach()[row].mean(0, keepdim=True))
            biases.append(head.fine.bias.detach()[row].mean(0, keepdim=True))
            label = replace(label, classes=(len(names),))
            weights.append(1.0)
            names.append(label.name_en)
        grown.append(label)
    manifest = replace(
        parent, labels=tuple(grown), fine_names=tuple(names), class_weights=tuple(weights)
    )
    new = GroupedHead(
        head.fine.in_features, [it.classes for it in grown], parent.temperature, weights
    )
    with torch.no_grad():
        new.fine.weight.copy_(torch.cat(rows))
        new.fine.bias.copy_(torch.cat(biases))
    return manifest, new


def _label_logits(head: GroupedHead, embeddings: Tensor) -> Tensor:
    with torch.no_grad():
        return _grouped(head, head.fine(embeddings))


def _grouped(head: GroupedHead, fine: Tensor) -> Tensor:
    logits = fine / head.temperature + head.log_class_weights
    most = logits.detach().amax(1, keepdim=True)
    return ((logits - most).exp() @ head.membership).clamp_min(1e-30).log() + most
