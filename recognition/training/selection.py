"""Which photos a run would learn from at this moment. Nothing is locked and nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from recognition.labels.tree import LabelTree, labelled_photos
from recognition.models import Mode, ModelVersion, Photo, Split, split_of
from recognition.training.failures import CannotTrain
from recognition.versions.embeddings import of_backbone

ANCHORS = 2000  # unlabelled photos on which the parent's answers are distilled
_ANCHORS_READ = 10 * ANCHORS  # the latest unlabelled photos; beyond them nothing is looked for
_CHUNK = 2000


class Labelled(NamedTuple):
    """A photo with its label's id; a merged label counts as what it was merged into."""

    photo_id: UUID
    label_id: int
    split: Split
    sha256: str


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
    photos = labelled_photos().order_by()
    rows = list(photos.values_list("id", "label", "group", "sha256"))
    anchors = list(_anchors(mode, parent))
    tree = LabelTree()
    current = {label.id: tree.current(label) for label in tree}
    labelled, retired = [], Counter[str]()
    for photo_id, label_id, group, sha256 in rows:
        label = current.get(label_id)
        if label is None:  # the photo has another label by now, and this one is gone
            continue
        if label.active:
            labelled.append(Labelled(photo_id, label.id, split_of(group or photo_id), sha256))
        else:
            retired[label.slug] += 1
    return Selection(mode, sorted(labelled), anchors, dict(retired), tree)


def obstacle(mode: str, trained_labels: int) -> CannotTrain | None:
    if not trained_labels:
        return CannotTrain("no_photos")
    if mode == Mode.FROM_SCRATCH and trained_labels < 2:
        return CannotTrain("too_few_labels")
    return None


def _anchors(mode: str, parent: ModelVersion | None) -> Iterator[Anchor]:
    """The latest unlabelled photos that show an answer of the parent's backbone.

    Near-duplicates of photos to measure on stay out, as those do themselves. Which version
    answered is looked at here: as a part of the query, SQLite would read all that it has answered.
    """
    if parent is None or mode == Mode.FROM_SCRATCH:
        return
    versions = of_backbone(parent)
    latest = Photo.objects.filter(label=None).order_by("-created", "-id")
    answered = latest.annotate(has_embedding=Q(prediction__embedding__isnull=False))
    columns = ("id", "group", "sha256", "prediction__model_version", "has_embedding")
    left = ANCHORS
    rows = answered.values_list(*columns)[:_ANCHORS_READ]
    for photo_id, group, sha256, version_id, has_embedding in rows.iterator(_CHUNK):
        is_seen = has_embedding and version_id in versions
        if is_seen and split_of(group or photo_id) == Split.TRAIN:
            yield Anchor(photo_id, sha256)
            left -= 1
            if not left:
                return
