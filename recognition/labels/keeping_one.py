"""Leave near-duplicates out of review and training, and take them back in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from recognition.core import steps
from recognition.core.locks import lock_photos
from recognition.labels import labelling, left_out
from recognition.labels.tree import LabelTree
from recognition.models import (
    Decision,
    GroupDecision,
    LeftOut,
    Photo,
    Prediction,
    ReviewLease,
    State,
    Suspect,
)

_IN_QUEUE = ("review", "disagreement", "accepted")


def leave_out(decision: GroupDecision, photo_ids: Sequence[UUID]) -> None:
    """In small steps; done twice, it has no further effect."""
    for chunk in steps.chunks(sorted(photo_ids), labelling.TOGETHER):
        _leave_out(decision, chunk)


def take_back(decision: GroupDecision) -> None:
    """What was left out by this decision takes part again; in small steps."""
    rows = LeftOut.objects.filter(decision=decision).order_by("photo")
    for chunk in steps.chunks(list(rows.values_list("photo_id", flat=True)), labelling.TOGETHER):
        let_take_part(chunk)


def left_out_for(kept: Collection[UUID]) -> list[UUID]:
    """What is left out since these photos are kept. When those go, it takes part again."""
    rows = LeftOut.objects.filter(decision__kept__in=kept).order_by("photo")
    return list(rows.values_list("photo_id", flat=True))


@transaction.atomic
def _leave_out(decision: GroupDecision, photo_ids: Sequence[UUID]) -> None:
    photos = lock_photos(Photo.objects.filter(id__in=photo_ids))
    LeftOut.objects.bulk_create(
        [LeftOut(photo=photo, decision=decision) for photo in photos], ignore_conflicts=True
    )
    shown = Prediction.objects.filter(photo__in=photos)
    waits = Q(review__isnull=False) | Q(disagreement__isnull=False) | Q(accepted__isnull=False)
    shown.filter(waits).update(**dict.fromkeys(_IN_QUEUE))
    ReviewLease.objects.filter(photo__in=photos).delete()
    Suspect.objects.filter(photo__in=photos).delete()


@transaction.atomic
def let_take_part(photo_ids: Sequence[UUID]) -> None:
    """A few hundred at most."""
    photos = lock_photos(Photo.objects.filter(id__in=photo_ids))
    LeftOut.objects.filter(photo__in=photos).delete()
    reviewed = Decision.objects.reviewed(photo_ids)
    tree, still = LabelTree(), left_out.among(photo_ids)
    changed = []
    for photo in photos:
        prediction = photo.prediction
        if prediction and prediction.state == State.DONE:
            labelling.put_in_queue(prediction, photo.label_id, tree, still)
            if photo.id in reviewed:
                prediction.disagreement = None
            changed.append(prediction)
    Prediction.objects.bulk_update(changed, _IN_QUEUE)
