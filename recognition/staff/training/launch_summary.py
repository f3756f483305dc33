"""What the launch page says before anything starts: which photos, what is missing, how long."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from recognition.cnn.training.parameters import TrainingParameters, estimate_seconds
from recognition.labels.tree import LabelTree
from recognition.models import Label, Mode, RunState, Split, TrainingRun
from recognition.staff.training import time_ranges
from recognition.staff.training.launch_form import LaunchForm
from recognition.training.datasets import FEW, LabelPhotos, Preview

BAR = 100  # how long the longest bar is
_NAMES_SHOWN = 12


@dataclass(frozen=True)
class Row:
    """A label's photos. Widths and starts of its bar's parts are in hundredths of the longest."""

    of: LabelPhotos
    depth: int
    bar: list[tuple[str, float, float]]

    @property
    def is_few(self) -> bool:
        return self.of.train < FEW


@dataclass(frozen=True)
class Names:
    """Some labels by name: the first few, and how many there are besides."""

    labels: list[str]
    others: int
    count: int


def rows(preview: Preview) -> list[Row]:
    tree = LabelTree()
    longest = max((label.photos for label in preview.labels), default=0) or 1
    return [
        Row(photos, len(tree.lineage(photos.label)) - 1, _bar(photos, longest))
        for photos in preview.labels
    ]


def names(labels: list[Label]) -> Names:
    shown = [str(label) for label in labels[:_NAMES_SHOWN]]
    return Names(shown, len(labels) - len(shown), len(labels))


def nobody_labelled(preview: Preview) -> list[Label]:
    """Labels in use of which there is no labelled photo."""
    with_photos = {photos.label.id for photos in preview.labels}
    in_use = (label for label in LabelTree().in_reading_order() if label.active)
    return [label for label in in_use if label.id not in with_photos]


def how_long(form: LaunchForm, preview: Preview) -> str:
    """As text; empty if it cannot be guessed."""
    photos = preview.photos[Split.TRAIN] + preview.anchors
    if form.mode == Mode.TEACH:
        return str(time_ranges.of_teaching(photos))
    if form.summary is None or not form.is_valid():
        return ""
    parameters = TrainingParameters(**form.parameters())
    measured = _seconds_per_photo(form.summary.name, parameters.trainable)
    seconds = estimate_seconds(form.summary, photos, parameters, measured, os.cpu_count() or 1)
    is_measured = measured is not None
    return str(time_ranges.of_training(seconds, parameters, is_measured, has_graphics_card()))


def changes(preview: Preview) -> dict[str, Any] | None:
    """How many photos are different since the last run, and which labels gained most."""
    found = preview.changes
    if found is None:
        return None
    tree = LabelTree()
    most = sorted(found.added.items(), key=lambda item: -item[1])[:_NAMES_SHOWN]
    return {
        "since": found.since,
        "added": sum(found.added.values()),
        "relabelled": sum(found.relabelled.values()),
        "removed": sum(found.removed.values()),
        "most": [(str(tree[slug]) if slug in tree else slug, count) for slug, count in most],
    }


def has_graphics_card() -> bool:
    """Whether training will run on one: asked without PyTorch, which a web process never loads."""
    return settings.ARK_DEVICE != "cpu" and Path("/dev/nvidia0").exists()


def _bar(photos: LabelPhotos, longest: int) -> list[tuple[str, float, float]]:
    """(split, start, width) of each part that is not empty."""
    parts, start = [], 0.0
    for split in Split:
        width = BAR * getattr(photos, split) / longest
        if width:
            parts.append((split.value, round(start, 2), round(width, 2)))
        start += width
    return parts


def _seconds_per_photo(network: str, trainable: str) -> float | None:
    """What the last run of this network needed here for a photo in an epoch."""
    alike = TrainingRun.objects.filter(state=RunState.SUCCEEDED, network=network)
    alike = alike.exclude(mode=Mode.TEACH).filter(parameters__trainable=trainable)
    run = alike.select_related("dataset").order_by("-created").first()
    if run is None:
        return None
    splits = run.dataset.summary.get("labels", {}).values()
    trained = sum(counts.get(Split.TRAIN, 0) for counts in splits)
    trained += run.dataset.summary.get("unlabelled", 0)
    epoch = run.epochs.filter(seconds__isnull=False).order_by("-number").first()
    return epoch.seconds / trained if epoch and epoch.seconds and trained else None
