"""The photos that a run learns from: looked at beforehand, and frozen when it is launched."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import ProtectedError
from django.utils import timezone

from recognition.core import steps
from recognition.core.locks import retry_if_deleted
from recognition.labels.tree import LabelTree
from recognition.models import (
    DataSet,
    Label,
    Mode,
    ModelVersion,
    Photo,
    RunState,
    Split,
    TrainingExample,
    TrainingRun,
)
from recognition.training.failures import CannotTrain
from recognition.training.selection import Labelled, Selection, obstacle, select
from recognition.versions.registry import live_version

FEW = 5  # training photos; a label with fewer is warned about
_CHUNK = 2000  # rows a transaction
_UNUSED_FOR = timedelta(days=1)


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
    anchors: unlabelled photos on which the parent's answers would be distilled.
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
        return {split.value: sum(getattr(row, split) for row in self.labels) for split in Split}

    @property
    def few(self) -> list[LabelPhotos]:
        """Labels that take part with fewer than FEW training photos."""
        return [row for row in self.labels if 0 < row.train < FEW]

    @cached_property
    def obstacle(self) -> CannotTrain | None:
        """Why it cannot be launched."""
        return obstacle(self.mode, sum(bool(row.train) for row in self.labels))


def preview(mode: str, parent: ModelVersion | None) -> Preview:
    """Look at the photos without freezing them."""
    last = TrainingRun.objects.filter(state=RunState.SUCCEEDED).order_by("-created").first()
    before = list(_labelled_examples(last))
    selection = select(mode, parent)
    labels = tuple(_label_photos(selection, parent))
    return Preview(
        mode=mode,
        parent=parent,
        labels=labels,
        anchors=len(selection.anchors),
        lost=tuple(_lost(mode, labels, selection.tree)),
        retired=selection.retired,
        changes=_changes(last, before, selection) if last else None,
    )


@dataclass(frozen=True)
class Draft:
    """A data set that is not written down yet: its row and those of its examples.

    trained_labels: the ids of the labels with training photos. tree: the labels as they were.
    """

    dataset: DataSet
    examples: list[TrainingExample]
    trained_labels: set[int]
    tree: LabelTree


def read(mode: str, parent: ModelVersion | None) -> Draft:
    """The photos that take part, with their labels and splits. Raises CannotTrain.

    It takes as long as there are photos, so it has no place inside a transaction: in SQLite nobody
    else writes meanwhile.
    """
    selection = select(mode, parent)
    if selection.obstacle:
        raise selection.obstacle
    slugs = {label.id: label.slug for label in selection.tree}
    dataset = DataSet(
        fingerprint=_fingerprint(selection, slugs), summary=_summary(selection, slugs)
    )
    examples = list(_examples(dataset, selection))
    return Draft(dataset, examples, selection.trained_labels, selection.tree)


def write(draft: Draft) -> DataSet:
    """Freeze what was read; done twice, it has no further effect. A photo that was deleted since
    leaves an example without a photo, as if it were deleted afterwards.

    The rows are stored in small transactions: so this comes before the one that queues a run.
    """
    if not draft.dataset._state.adding:
        return draft.dataset
    draft.dataset.save(force_insert=True)
    for chunk in steps.chunks(draft.examples, _CHUNK):
        # PostgreSQL: a photo may be deleted after it was looked for.
        retry_if_deleted(partial(_write, chunk))
    return draft.dataset


def forget_unused() -> None:
    """The teacher's job: remove data sets of which no run came, because the process that wrote them
    ended, or somebody else was quicker."""
    old = DataSet.objects.filter(created__lt=timezone.now() - _UNUSED_FOR)
    for dataset in old.filter(runs=None, experiments=None):
        examples = TrainingExample.objects.filter(dataset=dataset).order_by("photo")
        while ids := list(examples.values_list("id", flat=True)[:_CHUNK]):
            TrainingExample.objects.filter(id__in=ids).delete()
            steps.pause()
        with suppress(ProtectedError):  # somebody uses it after all
            dataset.delete()


def _examples(dataset: DataSet, selection: Selection) -> Iterator[TrainingExample]:
    for row in selection.labelled:
        yield TrainingExample(
            dataset=dataset,
            photo_id=row.photo_id,
            label_id=row.label_id,
            split=row.split,
            box=row.box,
        )
    for anchor in selection.anchors:
        yield TrainingExample(dataset=dataset, photo_id=anchor.photo_id, split=Split.TRAIN)


def _write(examples: Sequence[TrainingExample]) -> None:
    photo_ids = [example.photo_id for example in examples if example.photo_id]
    photos = Photo.objects.filter(id__in=photo_ids).order_by()
    present = set(photos.values_list("id", flat=True))
    for example in examples:
        if example.photo_id not in present:
            example.photo_id = None
    TrainingExample.objects.bulk_create(examples)
    if connection.vendor == "postgresql":  # now, and not when the outermost transaction ends
        connection.check_constraints()


def _label_photos(selection: Selection, parent: ModelVersion | None) -> Iterator[LabelPhotos]:
    counts = Counter((row.label_id, row.split) for row in selection.labelled)
    with_photos = {row.label_id for row in selection.labelled}
    known = set(parent.labels) if parent else set()
    for label in selection.tree.in_reading_order():
        if label.id in with_photos:
            yield LabelPhotos(
                label=label,
                train=counts[label.id, Split.TRAIN],
                validation=counts[label.id, Split.VALIDATION],
                test=counts[label.id, Split.TEST],
                is_new=label.slug not in known,
            )


def _lost(mode: str, labels: Iterable[LabelPhotos], tree: LabelTree) -> Iterator[Label]:
    """From scratch a network learns only what it is shown; the other ways forget nothing."""
    if mode != Mode.FROM_SCRATCH:
        return
    try:
        known = set(live_version().labels)
    except ModelVersion.DoesNotExist:
        return
    shown = {row.label.slug for row in labels if row.train}
    yield from (label for label in tree.in_reading_order() if label.slug in known - shown)


def _labelled_examples(run: TrainingRun | None) -> Iterator[tuple[UUID | None, int]]:
    """Photo (None if it was deleted) and label of each."""
    if run is not None:
        examples = run.dataset.examples.filter(label__isnull=False)
        yield from examples.values_list("photo", "label")


def _changes(
    last: TrainingRun, examples: Iterable[tuple[UUID | None, int]], selection: Selection
) -> Changes:
    tree = selection.tree
    current = {label.id: tree.current(label).slug for label in tree}
    removed = Counter[str]()  # those that were deleted, to begin with
    before: dict[UUID, Counter[str]] = {}
    for photo_id, label_id in examples:
        if photo_id is None:
            removed[current[label_id]] += 1
        else:
            before.setdefault(photo_id, Counter())[current[label_id]] += 1
    now: dict[UUID, Counter[str]] = {}
    for row in selection.labelled:
        now.setdefault(row.photo_id, Counter())[current[row.label_id]] += 1
    added, relabelled = Counter[str](), Counter[str]()
    for photo_id in before.keys() | now.keys():
        gone, new = before.get(photo_id, Counter()), now.get(photo_id, Counter())
        gone, new = gone - new, new - gone
        # Of a photo, as many labels as went may have become what came.
        for place, slug in enumerate(new.elements()):
            (relabelled if place < gone.total() else added)[slug] += 1
        removed.update(list(gone.elements())[new.total() :])
    return Changes(last, dict(added), dict(relabelled), dict(removed))


def _fingerprint(selection: Selection, slugs: dict[int, str]) -> str:
    lines = [_line(row, slugs[row.label_id]) for row in selection.labelled]
    lines += [f"{row.sha256}  {Split.TRAIN}\n" for row in selection.anchors]
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def _line(row: Labelled, slug: str) -> str:
    box = f" {' '.join(map(str, row.box))}" if row.box else ""
    return f"{row.sha256} {slug} {row.split}{box}\n"


def _summary(selection: Selection, slugs: dict[int, str]) -> dict[str, Any]:
    counts = Counter((row.label_id, row.split) for row in selection.labelled)
    with_photos = sorted({row.label_id for row in selection.labelled}, key=slugs.__getitem__)
    return {
        "labels": {
            slugs[label_id]: {split.value: counts[label_id, split] for split in Split}
            for label_id in with_photos
        },
        "unlabelled": len(selection.anchors),
        "retired": selection.retired,
    }
