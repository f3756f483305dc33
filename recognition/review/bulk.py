"""Decide about many photos at once: what would change, and why some photos are left as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from recognition.core import steps
from recognition.labels import labelling
from recognition.labels.tree import LabelTree
from recognition.models import BulkDecision, Decision, Label, Photo, State, Via
from recognition.photos.selectors import photos_visible_to
from recognition.review import leases


class Left(models.TextChoices):
    """Why a photo is left as it is, as the end of a sentence."""

    CHANGED = "changed", _("changed since the page was shown")
    HELD = "held", _("somebody else has it before them in the review queue")
    UNKNOWN = "unknown", _("it has no prediction yet")
    RETIRED = "retired", _("the label is no longer in use")
    SAME = "same", _("has this label already")


class Snapshot(NamedTuple):
    """A photo's prediction and label as a page showed them. The page sends it back as text, so that
    what has changed meanwhile is noticed."""

    photo_id: UUID
    prediction_id: UUID | None
    label_id: int | None

    def __str__(self) -> str:
        prediction = self.prediction_id.hex if self.prediction_id else ""
        return f"{self.photo_id.hex}.{prediction}.{self.label_id or ''}"

    @classmethod
    def of(cls, photo: Photo) -> Snapshot:
        return cls(photo.id, photo.prediction_id, photo.label_id)

    @classmethod
    def parse(cls, text: str) -> Snapshot | None:
        try:
            photo, prediction, label = text.split(".")
            return cls(
                UUID(photo), UUID(prediction) if prediction else None, int(label) if label else None
            )
        except ValueError:
            return None

    @classmethod
    def parse_all(cls, texts: Iterable[str]) -> list[Snapshot]:
        """Without those that make no sense."""
        return [snapshot for text in texts if (snapshot := cls.parse(text))]


class Change(NamedTuple):
    """What would happen to a photo: a new label, or why it is left as it is."""

    photo: Photo
    label: Label | None
    left: Left | None


class UndoPreview(NamedTuple):
    """What undoing would do: `back` photos get their former label back; about `since` photos people
    have decided again, and these stay as they are."""

    back: int
    since: int


def changes(photos: Iterable[Photo], label: Label | None, by: User) -> list[Change]:
    """What would happen if all photos got this label or, without one, their predicted labels."""
    tree = LabelTree()
    photos = list(photos)
    held = set(leases.held_by_others(by).filter(photo__in=photos))
    return [
        _change(photo, label or _predicted_label(photo, tree), photo.id in held) for photo in photos
    ]


def decide(
    snapshots: Iterable[Snapshot], label: Label | None, by: User, via: Via
) -> tuple[BulkDecision | None, Counter[Left]]:
    """Give the photos this label or, without one, their predicted labels.

    Photos that are not as their snapshots say are left as they are. Returns the decision (None if
    nothing changed) and how many photos were left, by reason. Of very many, others can write in
    between.
    """
    seen = list({snapshot.photo_id: snapshot for snapshot in snapshots}.values())
    decision, left = None, Counter[Left]()
    for chunk in steps.chunks(seen, labelling.TOGETHER):
        decision, of_chunk = _decide_some(chunk, label, by, via, decision)
        left += of_chunk
    return decision, left


@transaction.atomic
def _decide_some(
    snapshots: Iterable[Snapshot],
    label: Label | None,
    by: User,
    via: Via,
    decision: BulkDecision | None,
) -> tuple[BulkDecision | None, Counter[Left]]:
    seen = {snapshot.photo_id: snapshot for snapshot in snapshots}
    locked = photos_visible_to(by).select_for_update(of=("self",)).filter(id__in=seen)
    as_seen = [photo for photo in locked.order_by("id") if Snapshot.of(photo) == seen[photo.id]]
    planned = changes(as_seen, label, by)
    left = Counter(change.left for change in planned if change.left)
    left[Left.CHANGED] += len(seen) - len(as_seen)
    choices = {change.photo.id: change.label for change in planned if change.label}
    made = labelling.decide_many(choices, by, via, decision) if choices else decision
    return made, +left


def visible_to(person: User) -> QuerySet[BulkDecision]:
    """Those about nothing but photos that this person may see."""
    decisions = BulkDecision.objects.select_related("by")
    if person.has_perm("recognition.view_all"):
        return decisions
    of_others = Decision.objects.filter(bulk=OuterRef("id")).exclude(photo__owner=person)
    return decisions.filter(~Exists(of_others), by=person)


def preview_undo(bulk: BulkDecision) -> UndoPreview:
    """What undoing this decision would do now."""
    made = bulk.decision_set.all()
    if bulk.undone:
        return UndoPreview(0, 0)
    later = Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), id__gt=OuterRef("id"))
    newer = Decision.objects.standing().filter(later, photo=OuterRef("photo"))
    since = made.filter(Exists(newer.exclude(via=Via.UNDO)) | Q(undone_by__isnull=False)).count()
    return UndoPreview(made.count() - since, since)


def _predicted_label(photo: Photo, tree: LabelTree) -> Label | None:
    prediction = photo.prediction
    if prediction is None or prediction.state != State.DONE or prediction.label is None:
        return None
    return tree.in_use(prediction.label) or prediction.label


def _change(photo: Photo, label: Label | None, is_held: bool) -> Change:
    if label is None:
        return Change(photo, None, Left.UNKNOWN)
    if photo.label_id == label.id:
        return Change(photo, None, Left.SAME)
    if not label.active:
        return Change(photo, None, Left.RETIRED)
    if is_held:
        return Change(photo, None, Left.HELD)
    return Change(photo, label, None)
