"""The common test set: whatever is compared is measured on it, and so are other versions that
understand the same embeddings, so that the figures of all of them can be read side by side."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Q

from recognition.files import of_versions
from recognition.labels.tree import LabelTree
from recognition.models import ComparedPhoto, Comparison, Mode, ModelVersion, RunState, TrainingRun
from recognition.versions import embeddings, measured
from recognition.versions.comparison import side_by_side
from recognition.versions.comparison.answers import Answers

ALONG = 8  # versions that are measured along with two that are compared
_CHUNK = 500


def set_of(truth: Mapping[UUID, int | None]) -> str:
    """A name for these photos with these labels."""
    rows = sorted(f"{photo_id.hex} {label_id}" for photo_id, label_id in truth.items())
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]


def along_with(comparison: Comparison) -> list[ModelVersion]:
    """Versions that understand the embeddings of one of these two: the live one and the newest."""
    pair = (comparison.candidate, comparison.baseline)
    backbones = [version.backbone_sha256 for version in pair if version.backbone_sha256]
    alike = ModelVersion.objects.filter(backbone_sha256__in=backbones)
    others = alike.exclude(id__in=[version.id for version in pair])
    is_trial = Q(training_run__experiment__isnull=False)
    return list(others.exclude(is_trial).order_by("-live", "-number")[:ALONG])


def keep(comparison: Comparison, findings: Mapping[str, Any]) -> None:
    """What a comparison found is what is said of its two versions from now on."""
    for side in ("baseline", "candidate"):
        version: ModelVersion = getattr(comparison, side)
        measured.keep(version, findings[side], findings["test_set"])


def measure_along(comparison: Comparison, others: Sequence[ModelVersion]) -> None:
    """Measure these versions on the photos of a comparison that is done, unless somebody waits to
    teach. Versions whose embeddings are not all there keep what they have."""
    rows = comparison.photos.filter(part=ComparedPhoto.Part.TEST, label__isnull=False)
    truth = dict(rows.order_by("id").values_list("photo_id", "label_id"))
    tree = LabelTree()
    seen: dict[str, dict[UUID, Any]] = {}
    for version in others:
        if not truth or TrainingRun.objects.filter(state=RunState.QUEUED, mode=Mode.TEACH).exists():
            return
        if version.backbone_sha256 not in seen:
            seen[version.backbone_sha256] = embeddings.stored(version, list(truth))
        if len(stored := seen[version.backbone_sha256]) == len(truth):
            metrics = _measured(version, truth, stored, tree)
            measured.keep(version, metrics, comparison.findings["test_set"])


def _measured(
    version: ModelVersion,
    truth: Mapping[UUID, int | None],
    stored: Mapping[UUID, Any],
    tree: LabelTree,
) -> dict[str, Any]:
    from recognition.cnn.measures import evaluation
    from recognition.versions.comparison.head import load_head

    head, photo_ids = load_head(of_versions.folder(version)), list(truth)
    parts = [
        head(np.stack([stored[key] for key in photo_ids[at : at + _CHUNK]]).astype(np.float32))
        for at in range(0, len(photo_ids), _CHUNK)
    ]
    said = Answers(photo_ids, np.concatenate(parts), head.labels)
    one = side_by_side.alone(said, truth, tree)
    right = [one.places[label] for label in one.truth if label is not None]
    labels = side_by_side.as_taxonomy(one.labels)
    answers = one.answers_after.answers
    return evaluation.measure(one.after, np.array(right, np.intp), labels, answers)
