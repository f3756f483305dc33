"""The photos that a run learns from: looked at beforehand, and frozen when it is launched."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from recognition.labels.tree import LabelTree, labelled_photos
from recognition.models import (
    DataSet,
    Label,
    Mode,
    ModelVersion,
    Prediction,
    RunState,
    Split,
    TrainingExample,
    TrainingRun,
    split_of,
)
from recognition.training.failures import CannotTrain
from recognition.versions.registry import live_version

FEW = 5  # training photos; a label with fewer is warned about
ANCHORS = 2000  # unlabelled photos that hold the old answers in place
_CHUNK = 2000


@dataclass(frozen=True)
class LabelPhotos:
    """How many photos of a label are in each split. is_new: the parent does not know it."""

    label: Label
    train: int
    validation: int
    test: int
    is_new: bool

    @property
    def photos(self) -> int:
        return self.train + self.validation + self.test


@dataclass(frozen=True)
class Changes:
    """What is different since the last run that succeeded: photos, by the label's slug.

    relabelled: by the label that they have now; removed: by the one that they had.
    """

    since: TrainingRun
    added: dict[str, int]
    relabelled: dict[str, int]
    removed: dict[str, int]


@dataclass(frozen=True)
class Preview:
    """What a run would learn from if it were launched now.

    labels: those with photos, each right after its parent.
    anchors: unlabelled photos that would hold the parent's answers in place.
    lost: labels of the parent, or of the live version, that the result would not know.
    retired: photos left out because their label is no longer in use, by its slug.
    changes: None before the first run.
    """

    mode: str
    parent: ModelVersion | None
    labels: tuple[LabelPhotos, ...]
    anchors: int
    lost: tuple[Label, ...]
    retired: dict[str, int]
    changes: Changes | None

    @property
    def photos(self) -> dict[str, int]:
        """How many labelled photos are in each split."""
        return {split.value: sum(getattr(it, split) for it in self.labels) for split in Split}

    @property
    def few(self) -> list[LabelPhotos]:
        """Labels that take part with fewer than FEW training photos."""
        return [it for it in self.labels if 0 < it.train < FEW]

    @property
    def untrained(self) -> list[LabelPhotos]:
        """Labels whose photos are all in other splits, so that nothing is learned of them."""
        return [it for it in self.labels if not it.train]

    @property
    def unvalidated(self) -> list[LabelPhotos]:
        return [it for it in self.labels if not it.validation]

    @property
    def untested(self) -> list[LabelPhotos]:
        return [it for it in self.labels if not it.test]

    @cached_property
    def obstacle(self) -> CannotTrain | None:
        """Why it cannot be launched."""
        return _obstacle(self.mode, sum(bool(it.train) for it in self.labels))


class _Labelled(NamedTuple):
    """A photo with its label's id, as the label is called today."""

    photo_id: UUID
    label_id: int
    split: Split
    sha256: str


class _Found(NamedTuple):
    """retired: how many photos were left out, by the label's slug."""

    rows: list[_Labelled]
    retired: dict[str, int]


def preview(mode: str, parent: ModelVersion | None) -> Preview:
    """Look at the photos without freezing them. Reads all labelled photos, and no others."""
    tree = LabelTree()
    found = _labelled_photos(tree)
    counts = Counter((row.label_id, row.split) for row in found.rows)
    with_photos = {row.label_id for row in found.rows}
    known = set(parent.labels) if parent else set()
    labels = tuple(
        LabelPhotos(
            label=label,
            train=counts[label.id, Split.TRAIN],
            validation=counts[label.id, Split.VALIDATION],
            test=counts[label.id, Split.TEST],
            is_new=label.slug not in known,
        )
        for label in tree.in_order()
        if label.id in with_photos
    )
    return Preview(
        mode=mode,
        parent=parent,
        labels=labels,
        anchors=len(_anchors(mode, parent)),
        lost=tuple(_lost(mode, labels, tree)),
        retired=found.retired,
        changes=_changes(found.rows, tree),
    )


@transaction.atomic
def freeze(mode: str, parent: ModelVersion | None) -> DataSet:
    """Write down which photos take part, with their labels and splits. Raises CannotTrain."""
    tree = LabelTree()
    found = _labelled_photos(tree)
    trained = {row.label_id for row in found.rows if row.split == Split.TRAIN}
    if obstacle := _obstacle(mode, len(trained)):
        raise obstacle
    anchors = _anchors(mode, parent)
    slugs = {label.id: label.slug for label in tree}
    dataset = DataSet.objects.create(
        fingerprint=_fingerprint(found.rows, anchors, slugs),
        summary=_summary(found, len(anchors), slugs),
    )
    labelled = (
        TrainingExample(
            dataset=dataset, photo_id=row.photo_id, label_id=row.label_id, split=row.split
        )
        for row in found.rows
    )
    unlabelled = (
        TrainingExample(dataset=dataset, photo_id=photo_id, split=Split.TRAIN)
        for photo_id, _ in anchors
    )
    TrainingExample.objects.bulk_create([*labelled, *unlabelled], batch_size=_CHUNK)
    return dataset


def _obstacle(mode: str, trained_labels: int) -> CannotTrain | None:
    if not trained_labels:
        return CannotTrain("no_photos")
    if mode == Mode.FROM_SCRATCH and trained_labels < 2:
        return CannotTrain("too_few_labels")
    return None


def _labelled_photos(tree: LabelTree) -> _Found:
    """In the order of their ids. A merged label counts as what it was merged into."""
    current = {label.id: tree.current(label) for label in tree}
    rows, retired = [], Counter[str]()
    photos = labelled_photos().order_by()
    for photo_id, label_id, group, sha256 in photos.values_list("id", "label", "group", "sha256"):
        label = current[label_id]
        if label.active:
            rows.append(_Labelled(photo_id, label.id, split_of(group or photo_id), sha256))
        else:
            retired[label.slug] += 1
    return _Found(sorted(rows), dict(retired))


def _anchors(mode: str, parent: ModelVersion | None) -> list[tuple[UUID, str]]:
    """The unlabelled photos that the parent's backbone saw last: ids and digests.

    Near-duplicates of photos to measure on stay out, as those do themselves.
    """
    if parent is None or mode == Mode.FROM_SCRATCH:
        return []
    seen: dict[UUID, tuple[Any, ...]] = {}
    for version in ModelVersion.objects.filter(backbone_sha256=parent.backbone_sha256):
        # Along an index: of a backbone that has seen few photos, few rows are read.
        unlabelled = Prediction.objects.filter(
            model_version=version, embedding__isnull=False, photo__label=None
        ).order_by("-created", "-id")
        columns = ("created", "photo", "photo__group", "photo__sha256")
        for created, photo_id, group, sha256 in unlabelled.values_list(*columns)[: 2 * ANCHORS]:
            if split_of(group or photo_id) == Split.TRAIN:
                seen[photo_id] = (created, photo_id, sha256)
    latest = sorted(seen.values(), reverse=True)[:ANCHORS]
    return [(photo_id, sha256) for _, photo_id, sha256 in latest]


def _lost(mode: str, labels: Iterable[LabelPhotos], tree: LabelTree) -> Iterator[Label]:
    """From scratch a network learns only what it is shown; the other ways forget nothing."""
    if mode != Mode.FROM_SCRATCH:
        return
    try:
        known = set(live_version().labels)
    except ModelVersion.DoesNotExist:
        return
    shown = {it.label.slug for it in labels if it.train}
    yield from (label for label in tree.in_order() if label.slug in known - shown)


def _changes(rows: Iterable[_Labelled], tree: LabelTree) -> Changes | None:
    last = TrainingRun.objects.filter(state=RunState.SUCCEEDED).order_by("-created").first()
    if last is None:
        return None
    current = {label.id: tree.current(label).slug for label in tree}
    examples = last.dataset.examples.filter(label__isnull=False)
    removed = Counter[str]()  # those that were deleted, to begin with
    before: dict[UUID, str] = {}
    for photo_id, label_id in examples.values_list("photo", "label"):
        if photo_id is None:
            removed[current[label_id]] += 1
        else:
            before[photo_id] = current[label_id]
    added, relabelled = Counter[str](), Counter[str]()
    for row in rows:
        slug = current[row.label_id]
        if (earlier := before.pop(row.photo_id, None)) is None:
            added[slug] += 1
        elif earlier != slug:
            relabelled[slug] += 1
    removed.update(before.values())
    return Changes(last, dict(added), dict(relabelled), dict(removed))


def _fingerprint(
    rows: Iterable[_Labelled], anchors: Iterable[tuple[UUID, str]], slugs: dict[int, str]
) -> str:
    lines = [f"{row.sha256} {slugs[row.label_id]} {row.split}\n" for row in rows]
    lines += [f"{sha256}  {Split.TRAIN}\n" for _, sha256 in anchors]
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def _summary(found: _Found, anchors: int, slugs: dict[int, str]) -> dict[str, Any]:
    counts = Counter((row.label_id, row.split) for row in found.rows)
    with_photos = sorted({row.label_id for row in found.rows}, key=slugs.__getitem__)
    return {
        "labels": {
            slugs[label_id]: {split.value: counts[label_id, split] for split in Split}
            for label_id in with_photos
        },
        "unlabelled": anchors,
        "retired": found.retired,
    }
