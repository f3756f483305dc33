"""Teaching: new and better rows for a version's head, from stored embeddings, in seconds.

Why it works the way it does, with figures, is told in docs/decisions/teaching.md.
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
# Lambda by default, for n photos a label: the more photos, the harder they pull.
_HOLD_PER_CUBE = 1e-6
_STRONGEST_HOLD = 1e-3
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
    anchors: Embeddings,
    seed: int = 0,
    on_progress: Callable[[float], None] = _ignore,
) -> Taught:
    """Teach labelled photos to a version's head; the same seed gives the same head.

    labels: the parent's first, in its order with their classes, then new ones without classes.
    anchors: embeddings (M, D) of photos that nobody labelled; they hold the parent's answers.
    on_progress: is told the share that is done, many times a second; raise in it to cancel.
    Raises ValueError when there is no photo to train on.
    """
    if not len(train.labels):
        raise ValueError("there is no photo to train on")
    manifest, grown = expand_head(parent, head, labels)
    known = len(parent.labels)
    lesson = _Lesson(manifest, grown, known, train, validation, _sample(anchors, seed), on_progress)
    change, report = lesson.choose()
    temperature = lesson.calibrate(change)
    weight, bias = lesson.fit.rows(lesson.refit(change, report["lambda"]))
    manifest = replace(manifest, temperature=temperature)
    on_progress(1.0)
    report |= {"temperature": temperature, "few": _few(labels, train), "anchors": len(anchors)}
    return Taught(manifest, build_head(manifest, weight, bias), report)


class _Lesson:
    """One teaching: the fit, what it is judged by, and how far it is."""

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

    def choose(self) -> tuple[Tensor, dict[str, Any]]:
        """Fit on the training photos with several lambdas; the best change, and the report.

        The default is left only for a lambda that is better on the validation photos by more
        than one standard error of the difference.
        """
        default = default_hold(self.targets[: self.trained])
        weights = self._weights(only_train=True)
        change, right, changes = None, {}, {}
        factors = _FACTORS if len(self.validation[1]) else (1.0,)
        for factor, iterations in zip(factors, _ITERATIONS, strict=False):
            hold = default * factor
            change = self.fit.solve(hold, weights, change, iterations, self._tick)
            changes[hold], right[hold] = change, self._right(change)
        best = default
        for hold, is_right in right.items():
            gain = is_right.float() - right[best].float()
            if gain.sum() > gain.abs().sum().sqrt():
                best = hold
        accuracy = {f"{hold:.1e}": float(it.float().mean()) for hold, it in right.items()}
        return changes[best], {
            "lambda": best,
            "validation_accuracy": accuracy if len(self.validation[1]) else {},
        }

    def refit(self, change: Tensor, hold: float) -> Tensor:
        """Once more on training and validation photos; never on the test split."""
        least, most = _LAST_ITERATIONS
        iterations = max(least, min(most, _LAST_PHOTOS // len(self.fit.coordinates)))
        weights = self._weights(only_train=False)
        return self.fit.solve(hold, weights, change, iterations, self._tick)

    def calibrate(self, change: Tensor) -> float:
        head = build_head(self.manifest, *self.fit.rows(change))
        return calibrate(head, self.manifest.labels, *self.validation)

    def _right(self, change: Tensor) -> Tensor:
        head = build_head(self.manifest, *self.fit.rows(change))
        embeddings, targets = self.validation
        with torch.no_grad():
            answers = head(embeddings)[0].argmax(1)
        return descendants(self.manifest.labels)[targets, answers] > 0

    def _weights(self, only_train: bool) -> Tensor:
        """A label of four times the photos pulls twice as hard."""
        used = torch.ones(len(self.targets))
        if only_train:
            used[self.trained :] = 0.0
        counts = torch.bincount(self.targets, weights=used, minlength=len(self.manifest.labels))
        return used / counts[self.targets].clamp_min(1.0).sqrt().float()

    def _tick(self) -> None:
        self.calls += 1
        self.on_progress(min(0.98, self.calls / 110))


def default_hold(targets: Tensor) -> float:
    """Lambda where the validation photos do not say better; targets (N,) of the photos."""
    photos_per_label = len(targets) / len(targets.unique())
    return min(_STRONGEST_HOLD, _HOLD_PER_CUBE * photos_per_label**3)


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
