"""Teaching: new and better rows for a version's head, from stored embeddings, in seconds.

docs/decisions/teaching.md explains why it works this way, with figures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from recognition.cnn.head import GroupedHead
from recognition.cnn.manifest import Manifest
from recognition.cnn.taxonomy import Label
from recognition.cnn.teaching.calibration import calibrate
from recognition.cnn.teaching.expansion import build_head, descendants, expand_head
from recognition.cnn.teaching.head_fit import HeadFit

Embeddings = npt.NDArray[np.float32]

FEW_PHOTOS = 10
MAX_ANCHORS = 2000
# The L2-SP strength by default, for n photos a label: _STRENGTH_PER_CUBE * n^3. The more photos,
# the larger their gradient.
_STRENGTH_PER_CUBE = 1e-6
_MAX_STRENGTH = 1e-3
_FACTORS = (10.0, 1.0, 0.1)
_ITERATIONS = (15, 15, 10)
# The last fit goes on until it has converged, as far as time allows.
_LAST_ITERATIONS = (20, 60)
_LAST_PHOTOS = 40_000


class Examples(NamedTuple):
    """Labelled photos: embeddings float32 (N, D); labels int64 (N,), indices into the labels."""

    embeddings: Embeddings
    labels: npt.NDArray[np.int64]


class Taught(NamedTuple):
    """A new head, the manifest that describes it, and how it came to be (JSON-able).

    validation_accuracy: of the head before it learned the validation photos too; None without any.
    """

    manifest: Manifest
    head: GroupedHead
    report: dict[str, Any]
    validation_accuracy: float | None


def _ignore(progress: float) -> None:
    pass


def teach(
    parent: Manifest,
    head: GroupedHead,
    labels: tuple[Label, ...],
    train: Examples,
    validation: Examples,
    anchors: Embeddings,
    seed: int = 0,
    on_progress: Callable[[float], None] = _ignore,
) -> Taught:
    """Teach labelled photos to a version's head; the same seed gives the same head.

    labels: the parent's first, in its order with their classes, then new ones without classes.
    anchors: embeddings (M, D) of photos that nobody labelled, on which the parent's answers are
        distilled.
    on_progress: takes the share that is done, many times a second; raise in it to cancel.
    Raises ValueError when there is no photo to train on.
    """
    if not len(train.labels):
        raise ValueError("there is no photo to train on")
    manifest, grown = expand_head(parent, head, labels)
    known = len(parent.labels)
    teaching = _Teaching(
        manifest, grown, known, train, validation, _sample(anchors, seed), on_progress
    )
    chosen = teaching.choose()
    temperature = teaching.calibrate(chosen.change)
    weight, bias = teaching.fit.rows(teaching.refit(chosen))
    manifest = replace(manifest, temperature=temperature)
    on_progress(1.0)
    report = {
        # Named as in the versions that there are: it is the L2-SP strength.
        "lambda": chosen.strength,
        "validation_accuracy": chosen.accuracies,
        "temperature": temperature,
        "few": _few(labels, train),
        "anchors": len(anchors),
    }
    return Taught(manifest, build_head(manifest, weight, bias), report, chosen.accuracy)


class _Chosen(NamedTuple):
    """The fit to the training photos alone that the validation photos prefer.

    accuracy: on the validation photos, None without any; accuracies: of each strength.
    """

    change: Tensor
    strength: float
    accuracy: float | None
    accuracies: dict[str, float]


class _Teaching:
    """The fit, what it is judged by, and how far it is."""

    def __init__(
        self,
        manifest: Manifest,
        head: GroupedHead,
        known: int,
        train: Examples,
        validation: Examples,
        anchors: Tensor,
        on_progress: Callable[[float], None],
    ) -> None:
        self.manifest = manifest
        self.validation = _tensor(validation.embeddings), torch.from_numpy(validation.labels)
        embeddings = torch.cat([_tensor(train.embeddings), self.validation[0]])
        targets = torch.cat([torch.from_numpy(train.labels), self.validation[1]])
        on_progress(0.0)
        self.fit = HeadFit(head, manifest.labels, known, embeddings, targets, anchors)
        self.targets, self.trained = targets, len(train.labels)
        self.on_progress, self.calls = on_progress, 0

    def choose(self) -> _Chosen:
        """Fit to the training photos with several L2-SP strengths.

        The default is left only for one that is better on the validation photos by more than one
        standard error of the difference.
        """
        default = default_strength(self.targets[: self.trained])
        weights = self._weights(only_train=True)
        change = None
        changes: dict[float, Tensor] = {}
        right: dict[float, Tensor] = {}
        factors = _FACTORS if len(self.validation[1]) else (1.0,)
        for factor, iterations in zip(factors, _ITERATIONS, strict=False):
            strength = default * factor
            change = self.fit.solve(strength, weights, change, iterations, self._tick)
            changes[strength], right[strength] = change, self._right(change).float()
        best = default
        for strength, is_right in right.items():
            gain = is_right - right[best]
            if gain.sum() > gain.abs().sum().sqrt():
                best = strength
        accuracy = {strength: float(is_right.mean()) for strength, is_right in right.items()}
        if not len(self.validation[1]):
            return _Chosen(changes[best], best, None, {})
        named = {f"{strength:.1e}": share for strength, share in accuracy.items()}
        return _Chosen(changes[best], best, accuracy[best], named)

    def refit(self, chosen: _Chosen) -> Tensor:
        """Once more on training and validation photos; never on the test split."""
        least, most = _LAST_ITERATIONS
        iterations = max(least, min(most, _LAST_PHOTOS // len(self.fit.coordinates)))
        weights = self._weights(only_train=False)
        return self.fit.solve(chosen.strength, weights, chosen.change, iterations, self._tick)

    def calibrate(self, change: Tensor) -> float:
        head = build_head(self.manifest, *self.fit.rows(change))
        embeddings, targets = self.validation
        with torch.no_grad():
            fine_logits = head.fine(embeddings)
        return calibrate(head, self.manifest.labels, fine_logits, targets)

    def _right(self, change: Tensor) -> Tensor:
        head = build_head(self.manifest, *self.fit.rows(change))
        embeddings, targets = self.validation
        with torch.no_grad():
            answers = head(embeddings)[0].argmax(1)
        return descendants(self.manifest.labels)[targets, answers] > 0

    def _weights(self, only_train: bool) -> Tensor:
        """A label of four times the photos weighs twice as much."""
        used = torch.ones(len(self.targets))
        if only_train:
            used[self.trained :] = 0.0
        counts = torch.bincount(self.targets, weights=used, minlength=len(self.manifest.labels))
        return used / counts[self.targets].clamp_min(1.0).sqrt().float()

    def _tick(self) -> None:
        self.calls += 1
        self.on_progress(min(0.98, self.calls / 110))


def default_strength(targets: Tensor) -> float:
    """Lambda where the validation photos show nothing better; targets (N,) of the photos."""
    photos_per_label = len(targets) / len(targets.unique())
    return min(_MAX_STRENGTH, _STRENGTH_PER_CUBE * photos_per_label**3)


def _few(labels: tuple[Label, ...], train: Examples) -> dict[str, int]:
    counts = np.bincount(train.labels, minlength=len(labels))
    return {
        label.slug: int(count)
        for label, count in zip(labels, counts, strict=True)
        if 0 < count < FEW_PHOTOS
    }


def _sample(anchors: Embeddings, seed: int) -> Tensor:
    chosen = np.random.default_rng(seed).permutation(len(anchors))[:MAX_ANCHORS]
    return _tensor(anchors[chosen])


def _tensor(embeddings: Embeddings) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(embeddings, dtype=np.float32))
