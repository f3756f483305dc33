"""Events in the review: a burst is shown once, and decided about at once.

Those of its photos that still wait get the label of the one that was looked at, but
for those that the reviewer has taken out. They are one more decision, about many, with an id that
follows from that of the first: sent twice it counts once, and to undo the one undoes the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from recognition.labels import labelling
from recognition.models import BulkDecision, Decision, Photo, Via
from recognition.photos import selectors
from recognition.review import leases
from recognition.review.bulk import Snapshot

MOST = 60  # photos beside one
_MOST_OF_EVENT = 2000


class Stack(NamedTuple):
    """Photos that a page shows as one: of one burst, and with the same answer."""

    photos: list[tuple[Photo, Snapshot]]

    @property
    def value(self) -> str:
        """What the page sends back of all of them."""
        return " ".join(str(snapshot) for _photo, snapshot in self.photos)


def stacks(photos: Iterable[tuple[Photo, Snapshot]], apart: str = "") -> list[Stack]:
    """In their order, each burst where its first photo is. apart: the id of an event whose photos
    are wanted one by one."""
    found: dict[object, Stack] = {}
    for photo, snapshot in photos:
        is_lone = photo.event is None or photo.event.hex == apart
        answer = photo.prediction and photo.prediction.label_id
        key = photo.id if is_lone else (photo.event, answer)
        found.setdefault(key, Stack([])).photos.append((photo, snapshot))
    return list(found.values())


def mates(reviewer: User, photos: Iterable[Photo]) -> dict[UUID, list[Photo]]:
    """By the id of each photo the others of its burst that wait, as they were taken."""
    return {
        photo.id: list(_waiting(reviewer, photo).order_by("taken_at", "id")[:MOST])
        for photo in photos
        if photo.event
    }


def decide_alike(decision: Decision, photo_ids: Collection[UUID], by: User) -> None:
    """Give these photos of the same burst the label that was just decided about one of them. What
    somebody else has decided meanwhile stays."""
    label = decision.to_label
    wanted = _waiting(by, decision.photo).filter(id__in=list(photo_ids)[:MOST])
    choices = {photo_id: label for photo_id in wanted.values_list("id", flat=True) if label}
    if not choices:
        return
    with transaction.atomic():
        made = {"by": by, "via": decision.via, "photos": 0}
        bulk, _created = BulkDecision.objects.get_or_create(id=_of(decision.id), defaults=made)
        labelling.decide_many(choices, by, Via(decision.via), bulk)


def undo_alike(decision: Decision, by: User) -> None:
    """Doing it twice has no further effect."""
    bulk = BulkDecision.objects.filter(id=_of(decision.id)).first()
    if bulk:
        labelling.undo_bulk(bulk, by)


def _of(decision_id: UUID) -> UUID:
    return uuid5(decision_id, "burst")


def _waiting(reviewer: User, photo: Photo) -> QuerySet[Photo]:
    """That nobody has labelled, and that nobody else has before them. The event is looked up by
    itself, or SQLite may begin with all photos that have no label."""
    of_event = Photo.objects.filter(event=photo.event).order_by("event", "id")
    ids = list(of_event.values_list("id", flat=True)[:_MOST_OF_EVENT]) if photo.event else []
    held = set(leases.held_by_others(reviewer).filter(photo__in=ids))
    visible = selectors.photos_visible_to(reviewer).filter(id__in={*ids} - held - {photo.id})
    unlabelled = visible.alias(said=Coalesce("label", 0)).filter(said=0)
    return unlabelled.filter(prediction__review__isnull=False)
