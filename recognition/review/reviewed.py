"""Which predictions people have reviewed, and how many were right: evidence for the promise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
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
from recognition.review.thresholds import Tally
from recognition.versions.registry import lineage

DECISIONS = 20_000  # how many of the latest ones are counted
UPLOADS = 10_000  # how many of the latest ones are counted
_CHUNK = 500


def tallies(version: ModelVersion) -> dict[int, Tally]:
    """Reviewed photos and uploads of a version, by the id of the predicted label, or of what counts
    in its place since it was retired.

    Labels that came with an upload do not count: nobody has compared them with a prediction, and a
    data set that already has labels is seldom as difficult as everyday uploads.
    """
    tree = LabelTree()
    in_use = tree.in_use_by_id()
    counts: defaultdict[int, Tally] = defaultdict(Tally)
    for predicted, confidence, label in _reviewed(version):
        if predicted in in_use:
            is_right = tree.is_right(predicted, label)
            counts[in_use[predicted]].review(confidence or 0.0, is_right)
    done = Prediction.objects.filter(model_version=version, state=State.DONE)
    newest = done.order_by("-created", "-id").values_list("label_id", "confidence")[:UPLOADS]
    for predicted, confidence in newest:
        if predicted in in_use:
            counts[in_use[predicted]].upload(confidence or 0.0)
    return dict(counts)


def _reviewed(version: ModelVersion) -> Iterator[tuple[int, float | None, int]]:
    """The predicted label, confidence and label of each reviewed photo.

    Only one of a group of near-duplicates counts, because they are right or wrong together. Photos
    that the version was trained with do not count, because it is better on these than on others.
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
        for photo_id, group, predicted, confidence, label in rows.values_list(
            "photo_id", "photo__group", "label_id", "confidence", "photo__label_id"
        ):
            if (group or photo_id) not in groups:
                groups.add(group or photo_id)
                yield predicted, confidence, label


def _looked_at() -> Iterator[UUID]:
    """Photos whose last decision that was not undone was made with the prediction in view. Merges
    of labels are passed over: a photo counts by the decision before."""
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
