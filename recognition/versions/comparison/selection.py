"""Which photos two versions are compared on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from recognition.labels.tree import LabelTree, labelled_photos
from recognition.models import DataSet, ModelVersion, Photo, Split, TrainingExample, split_of
from recognition.versions.registry import lineage

MAX_PHOTOS = 20_000  # of the test split, the newest ones
_CHUNK = 500


@dataclass
class Selection:
    """labels: the label's id of each photo, newest photo first. The rest as in the findings."""

    labels: dict[UUID, int] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    is_capped: bool = False


class _Labelled(NamedTuple):
    photo_id: UUID
    label_id: int
    group: UUID | None


def test_photos(versions: Iterable[ModelVersion], tree: LabelTree) -> Selection:
    """Labelled photos of the test split that none of the versions was trained on.

    Splits follow groups of near-duplicates, which change: a photo may have been trained on when it
    stood in another split, and then neither it nor its near-duplicates are fair to measure on.
    """
    datasets = _trained_with(versions)
    current = {label.id: tree.current(label) for label in tree}
    found = Selection()
    rows = _in_test_split()
    while chunk := list(islice(rows, _CHUNK)):
        trained_on = _trained_on(chunk, datasets)
        for row in chunk:
            label = current.get(row.label_id)
            if label is None:  # a new one
                continue
            if row.photo_id in trained_on:
                found.left_out["trained_on"] += 1
            elif not label.active:
                found.left_out["retired"] += 1
            elif len(found.labels) == MAX_PHOTOS:
                found.is_capped = True
                return found
            else:
                found.labels[row.photo_id] = label.id
    return found


def latest_uploads(number: int) -> dict[UUID, int | None]:
    """The label's id, if there is one, of each of the latest photos that were recognised."""
    # By the label: by the state SQLite would read all predictions that are done.
    recognised = Photo.objects.filter(prediction__label__isnull=False)
    recognised = recognised.order_by("-created", "-id")
    return dict(recognised.values_list("id", "label")[:number])


def _in_test_split() -> Iterator[_Labelled]:
    photos = labelled_photos().order_by("-created", "-id")
    for photo_id, label_id, group in photos.values_list("id", "label", "group").iterator(_CHUNK):
        if label_id is not None and split_of(group or photo_id) == Split.TEST:
            yield _Labelled(photo_id, label_id, group)


def _trained_with(versions: Iterable[ModelVersion]) -> list[UUID]:
    """The data sets of the versions and of all that they were taught from."""
    ancestors = {ancestor.id for version in versions for ancestor in lineage(version)}
    used = DataSet.objects.filter(runs__model_version__in=ancestors)
    return list(used.values_list("id", flat=True).distinct())


def _trained_on(rows: Iterable[_Labelled], datasets: list[UUID]) -> set[UUID]:
    """Those of the photos that are in these data sets to be learnt from, or a near-duplicate."""
    groups = {row.photo_id: row.group or row.photo_id for row in rows}
    relatives = Photo.objects.filter(group__in=set(groups.values()))
    groups |= {photo_id: group for photo_id, group in relatives.values_list("id", "group") if group}
    examples = TrainingExample.objects.filter(
        dataset__in=datasets, photo__in=list(groups), split__in=(Split.TRAIN, Split.VALIDATION)
    )
    learnt = {groups[photo_id] for photo_id in examples.values_list("photo", flat=True) if photo_id}
    return {photo_id for photo_id, group in groups.items() if group in learnt}
