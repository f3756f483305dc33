"""Which photos a run would learn from at this moment. Nothing is locked and nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from recognition.labels.left_out import is_left_out
from recognition.labels.tree import LabelTree, labelled_photos
from recognition.models import (
    Annotation,
    Mode,
    ModelVersion,
    Photo,
    Split,
    Subject,
    View,
    split_of,
)
from recognition.models.photo import together
from recognition.training.failures import CannotTrain
from recognition.versions.embeddings import of_backbone

ANCHORS = 2000  # unlabelled photos on which the parent's answers are distilled
FEW = 50  # labelled photos
_ANCHORS_READ = 10 * ANCHORS  # the latest unlabelled photos; beyond them nothing is looked for
_CHUNK = 2000
_MAINS_CHUNK = 500


class Labelled(NamedTuple):
    """A photo with its label's id, or a further labelled part of one; a merged label counts as what
    it was merged into. box: what the label is about, None for the whole photo."""

    photo_id: UUID
    label_id: int
    split: Split
    sha256: str
    box: tuple[float, ...] | None = None


class Anchor(NamedTuple):
    """An unlabelled photo."""

    photo_id: UUID
    sha256: str


@dataclass(frozen=True)
class Selection:
    """The photos for a run of a mode, and the labels as they were when the photos were read.

    labelled: in the order of their ids. anchors: the latest first.
    retired: how many photos were left out because their label is not in use, by its slug.
    """

    mode: str
    labelled: list[Labelled]
    anchors: list[Anchor]
    retired: dict[str, int]
    tree: LabelTree

    @property
    def trained_labels(self) -> set[int]:
        """The ids of the labels with training photos."""
        return {row.label_id for row in self.labelled if row.split == Split.TRAIN}

    @property
    def obstacle(self) -> CannotTrain | None:
        """Why nothing can be learned from them."""
        return obstacle(self.mode, len(self.trained_labels))


def select(mode: str, parent: ModelVersion | None) -> Selection:
    """Reads all labelled photos, and some of the others.

    The tree is read last, so that it knows the label of every photo.
    """
    rows = list(_labelled(looks_at_subjects(mode, parent)))
    anchors = list(_anchors(mode, parent))
    tree = LabelTree()
    current = {label.id: tree.current(label) for label in tree}
    labelled, retired = [], Counter[str]()
    for row in rows:
        label = current.get(row.label_id)
        if label is None:  # the photo has another label by now, and this one is gone
            continue
        if label.active:
            labelled.append(row._replace(label_id=label.id))
        else:
            retired[label.slug] += 1
    labelled.sort(key=lambda row: row.photo_id)  # the photo's own label before further ones
    return Selection(mode, labelled, anchors, dict(retired), tree)


def looks_at_subjects(mode: str, parent: ModelVersion | None) -> bool:
    """Whether the result will look at subjects, as its parent does, and as everything does that is
    trained from scratch."""
    return mode == Mode.FROM_SCRATCH or (parent is not None and parent.view == View.SUBJECTS)


def _labelled(with_boxes: bool) -> Iterator[Labelled]:
    """The labelled photos; with boxes, also further labelled parts of any."""
    columns = ("id", "label", together(), "sha256", "box")
    photos = labelled_photos().order_by()
    found = list(photos.values_list(*columns))
    mains = _main_boxes([row[0] for row in found if row[4] is None]) if with_boxes else {}
    for photo_id, label_id, shared, sha256, box in found:
        split = split_of(shared or photo_id)
        box = tuple(box) if box and with_boxes else mains.get(photo_id)
        yield Labelled(photo_id, label_id, split, sha256, box)
    if with_boxes:
        parts = Annotation.objects.filter(~is_left_out("photo")).order_by("id")
        of_photo = ("photo", "label", together("photo__"), "photo__sha256", "box")
        for photo_id, label_id, shared, sha256, box in parts.values_list(*of_photo):
            split = split_of(shared or photo_id)
            yield Labelled(photo_id, label_id, split, sha256, tuple(box))


def _main_boxes(photo_ids: Sequence[UUID]) -> dict[UUID, tuple[float, ...]]:
    """The main subject of each photo in which the version that it shows has found one."""
    looking = set(ModelVersion.objects.filter(view=View.SUBJECTS).values_list("id", flat=True))
    boxes: dict[UUID, tuple[float, ...]] = {}
    for start in range(0, len(photo_ids), _MAINS_CHUNK):
        chunk = photo_ids[start : start + _MAINS_CHUNK]
        photos = Photo.objects.filter(id__in=chunk).order_by()
        shown = {
            prediction_id: photo_id
            for photo_id, prediction_id, version_id in photos.values_list(
                "id", "prediction", "prediction__model_version"
            )
            if version_id in looking
        }
        mains = Subject.objects.filter(prediction__in=list(shown), rank=0).order_by()
        for prediction_id, box in mains.values_list("prediction", "box"):
            boxes[shown[prediction_id]] = tuple(box)
    return boxes


def is_there_to_learn() -> bool:
    """Whether teaching has no obstacle. Of more than FEW labelled photos some are always in the
    training split."""
    usable = labelled_photos().filter(label__active=True).order_by()
    rows = list(usable.values_list("id", "group")[: FEW + 1])
    in_training = (split_of(group or photo_id) == Split.TRAIN for photo_id, group in rows)
    return len(rows) > FEW or any(in_training)


def obstacle(mode: str, trained_labels: int) -> CannotTrain | None:
    if not trained_labels:
        return CannotTrain("no_photos")
    if mode == Mode.FROM_SCRATCH and trained_labels < 2:
        return CannotTrain("too_few_labels")
    return None


def _anchors(mode: str, parent: ModelVersion | None) -> Iterator[Anchor]:
    """The latest unlabelled photos that show an answer of the parent's backbone.

    Near-duplicates of photos to measure on, and what is of one burst with them, stay out, as those
    do themselves. Which version answered is looked at here: as a part of the query, SQLite would
    read all that it has answered.
    """
    if parent is None or mode == Mode.FROM_SCRATCH:
        return
    versions = of_backbone(parent)
    latest = Photo.objects.filter(~is_left_out(), label=None).order_by("-created", "-id")
    answered = latest.annotate(has_embedding=Q(prediction__embedding__isnull=False))
    columns = ("id", together(), "sha256", "prediction__model_version", "has_embedding")
    left = ANCHORS
    rows = answered.values_list(*columns)[:_ANCHORS_READ]
    for photo_id, shared, sha256, version_id, has_embedding in rows.iterator(_CHUNK):
        is_seen = has_embedding and version_id in versions
        if is_seen and split_of(shared or photo_id) == Split.TRAIN:
            yield Anchor(photo_id, sha256)
            left -= 1
            if not left:
                return
