"""What reviewers said of the live version's predictions: the evidence for a promise."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from django.db.models import Exists, OuterRef

from recognition.labels import LabelTree
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
from recognition.review.thresholds import Tally

DECISIONS = 20_000  # the latest ones
UPLOADS = 10_000  # the latest ones
_CHUNK = 500


def tallies(version: ModelVersion) -> dict[int, Tally]:
    """By predicted label: what was reviewed, and what is uploaded.

    Labels that came with an upload do not count: nobody looked at them beside a prediction, and a
    data set that has labels already is seldom as difficult as what is uploaded day by day.
    """
    tree = LabelTree()
    counts: dict[int, Tally] = {}
    for predicted, confidence, label in _reviewed(version):
        tally = counts.setdefault(predicted, Tally())
        tally.review(confidence or 0.0, tree.is_right(predicted, label))
    done = Prediction.objects.filter(model_version=version, state=State.DONE)
    newest = done.order_by("-created", "-id").values_list("label_id", "confidence")[:UPLOADS]
    for predicted, confidence in newest:
        counts.setdefault(predicted, Tally()).upload(confidence or 0.0)
    return counts


def _reviewed(version: ModelVersion) -> Iterator[tuple[int, float | None, int]]:
    """Predicted label, confidence, and label of each photo that a person looked at.

    Of near-duplicates one counts: they are right or wrong together. Photos that the version was
    taught with do not count: on these it is better than on others.
    """
    groups: set[UUID] = set()
    taught = TrainingExample.objects.filter(
        photo=OuterRef("photo"),
        run__model_version__in=_lineage(version),
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
        for photo_id, group, predicted, confidence, label in rows.values_list(
            "photo_id", "photo__group", "label_id", "confidence", "photo__label_id"
        ):
            if (group or photo_id) not in groups:
                groups.add(group or photo_id)
                yield predicted, confidence, label


def _looked_at() -> Iterator[UUID]:
    """Photos whose last standing decision is a person's who saw the prediction. What a merge of
    labels changed was decided before it."""
    standing = (
        Decision.objects.filter(undone_by=None)
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


def _lineage(version: ModelVersion) -> list[ModelVersion]:
    """The version and those it was taught from."""
    versions = [version]
    while parent := versions[-1].parent:
        versions.append(parent)
    return versions
