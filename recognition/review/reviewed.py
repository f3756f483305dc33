"""Which predictions people have reviewed, and how many were right: evidence for the promise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef

from recognition.labels.tree import LabelTree
from recognition.models import (
    REVIEWED_VIA,
    Decision,
    ModelVersion,
    Prediction,
    Split,
    State,
    TrainingExample,
    Via,
)
from recognition.models.photo import together
from recognition.predictions import answering
from recognition.review.levels import Cell, Counts
from recognition.versions.registry import lineage

DECISIONS = 20_000  # how many of the latest ones are counted
UPLOADS = 10_000  # how many of the latest ones are counted
_CHUNK = 500


class _Said(NamedTuple):
    """What a prediction says: its label's slug, its confidence and its top five."""

    slug: str
    confidence: float | None
    top: list[dict[str, Any]]

    def cell(self, tree: LabelTree) -> Cell | None:
        """None if nothing counts in the place of what was said, since it was retired."""
        plain = [{"label": self.slug, "confidence": self.confidence or 0.0}]
        found = answering.steps(self.top or plain, tree)
        return Cell.of((label.id, confidence) for label, confidence in found) if found else None


def evidence(version: ModelVersion, tree: LabelTree) -> dict[Cell, Counts]:
    """Reviewed photos and uploads of a version, by what they can be accepted as.

    Labels that came with an upload do not count: nobody has compared them with a prediction, and a
    data set that already has labels is seldom as difficult as everyday uploads.
    """
    counts: defaultdict[Cell, Counts] = defaultdict(Counts)
    for said, label in _reviewed(version):
        if cell := said.cell(tree):
            counts[cell].right_from[first_right(cell, label, tree)] += 1
    done = Prediction.objects.filter(model_version=version, state=State.DONE)
    newest = done.order_by("-created", "-id").values_list("label__slug", "confidence", "top")
    for row in newest[:UPLOADS]:
        if cell := _Said(*row).cell(tree):
            counts[cell].uploads += 1
    return dict(counts)


def first_right(cell: Cell, label_id: int, tree: LabelTree) -> int:
    """The first place of the path that is right; whatever stands above it is right as well."""
    places = (place for place, id_ in enumerate(cell.path) if tree.is_right(id_, label_id))
    return next(places, len(cell.path))


def _reviewed(version: ModelVersion) -> Iterator[tuple[_Said, int]]:
    """What is said of each reviewed photo, and the id of its label.

    Only one of a burst, or of a group of near-duplicates, counts, because they are right or wrong
    together. Photos that the version was trained with do not count, because it is better on these
    than on others.
    """
    groups: set[UUID] = set()
    taught = TrainingExample.objects.filter(
        photo=OuterRef("photo"),
        dataset__runs__model_version__in=lineage(version),
        split__in=(Split.TRAIN, Split.VALIDATION),
    )
    photo_ids = _looked_at()
    while chunk := list(islice(photo_ids, _CHUNK)):
        rows = Prediction.objects.filter(
            ~Exists(taught),
            photo__in=chunk,
            photo__label__isnull=False,
            model_version=version,
            state=State.DONE,
        ).order_by("-photo_id")
        for photo_id, shared, label, *said in rows.values_list(
            *(
                "photo_id",
                together("photo__"),
                "photo__label_id",
                "label__slug",
                "confidence",
                "top",
            )
        ):
            if (shared or photo_id) not in groups:
                groups.add(shared or photo_id)
                yield _Said(*said), label


def _looked_at() -> Iterator[UUID]:
    """Photos whose last decision that was not undone was made with the prediction in view. Merges
    of labels are passed over: a photo counts by the decision before."""
    standing = (
        Decision.objects.standing()
        .exclude(via__in=(Via.UNDO, Via.MERGE))
        .order_by("-at", "-id")
        .values_list("photo_id", "via")
    )
    seen: set[UUID] = set()
    for photo_id, via in list(standing[:DECISIONS]):
        if photo_id not in seen:
            seen.add(photo_id)
            if via in REVIEWED_VIA:
                yield photo_id
