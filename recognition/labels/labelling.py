"""Set labels: the only place where labels of photos change, and what they are about.

Each change is stored as a `Decision` as well, so that nothing people have said is lost, and all of
it can be undone. A label, its decision and what the review queue goes by change in one
transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from recognition.core import steps
from recognition.core.locks import lock_photos
from recognition.labels import asking, boxes, left_out, main_subject, suggestions
from recognition.labels.tree import LabelTree
from recognition.models import (
    REVIEWED_VIA,
    Blind,
    BulkDecision,
    Decision,
    Label,
    Photo,
    Prediction,
    Review,
    ReviewLease,
    State,
    Suspect,
    Via,
)
from recognition.models.decision import Decisions
from recognition.notifications import happened

_LABEL_FIELDS = ("label", "labelled_by", "labelled_at", "box")
_CHUNK = 500  # rows a statement
TOGETHER = 200  # photos a transaction


@dataclass(frozen=True)
class Seen:
    """The photo's last decision, if any, that a person had seen when they decided."""

    decision_id: UUID | None


class ChangedMeanwhile(Exception):
    """Somebody else decided about the photo after this person had looked; `decision` is theirs."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(str(decision))
        self.decision = decision


@transaction.atomic
def decide(
    photo_id: UUID,
    label: Label,
    by: User,
    via: Via,
    decision_id: UUID | None = None,
    seen: Seen | None = None,
    box: object = None,
    blind: Blind | None = None,
) -> Decision:
    """Set, change or keep the label of a photo. Sent twice with one `decision_id`, it counts once;
    so it does without one, if nothing was decided in between.

    box: what the label is about, as `boxes.checked` takes it; None leaves that as it is.
    Raises Photo.DoesNotExist, ChangedMeanwhile if `seen` is not the last decision any more, and
    InvalidBox.
    """
    photo = _lock_one(photo_id)
    if decision_id and (made := Decision.objects.filter(id=decision_id, photo=photo).first()):
        return made
    last = photo.decisions.first()
    if seen and last and last.id != seen.decision_id:
        raise ChangedMeanwhile(last)
    decision = _decision(photo, label, by, via)
    decision.blind = blind
    if box is not None:
        decision.to_box = boxes.checked(box)
    if decision_id:
        decision.id = decision_id
    elif last and _is_repeated(last, decision):
        return last
    _write([decision])
    return decision


@transaction.atomic
def decide_many(
    choices: Mapping[UUID, Label], by: User, via: Via, bulk: BulkDecision | None = None
) -> BulkDecision:
    """Give each photo its label, as one decision, or as a further part of `bulk`. Photos that no
    longer exist are left out. A few hundred at most."""
    bulk = bulk or BulkDecision.objects.create(by=by, via=via, photos=0)
    decisions = [_decision(photo, choices[photo.id], by, via) for photo in _lock(choices)]
    for decision in decisions:
        decision.bulk = bulk
    _write(decisions)
    bulk.photos += len(decisions)
    bulk.save(update_fields=["photos"])
    return bulk


@transaction.atomic
def undo(decision: Decision, by: User) -> Decision:
    """Restore label and box from before this decision; doing it twice has no further effect.

    Raises ChangedMeanwhile if another decision followed.
    """
    photo = _lock_one(decision.photo_id)
    if undone := Decision.objects.filter(undoes=decision).first():
        return undone
    [current] = _standing([photo])
    if current.id != decision.id:
        raise ChangedMeanwhile(current)
    undoing = _undoing(decision, photo, by)
    _write([undoing])
    return undoing


def undo_bulk(bulk: BulkDecision, by: User) -> tuple[int, int]:
    """Undo a decision about many, in small steps; doing it twice has no further effect.

    Returns how many photos got their former label back, and how many stay as they are because
    somebody has decided about them again since.
    """
    row = BulkDecision.objects.filter(id=bulk.id, undone=None)
    decided = bulk.decision_set.order_by("photo").values_list("photo_id", flat=True)
    ids = list(decided) if row.exists() else []
    undone = sum(_undo_some(bulk, chunk, by) for chunk in steps.chunks(ids, TOGETHER))
    row.update(undone=timezone.now())
    return undone, len(ids) - undone


@transaction.atomic
def _undo_some(bulk: BulkDecision, photo_ids: Iterable[UUID], by: User) -> int:
    photos = {photo.id: photo for photo in _lock(photo_ids)}
    of_bulk = [made for made in _standing(photos.values()) if made.bulk_id == bulk.id]
    _write([_undoing(decision, photos[decision.photo_id], by) for decision in of_bulk])
    return len(of_bulk)


def own_decisions(user: User) -> Decisions:
    """What this person decided about photos that they may see."""
    made = Decision.objects.filter(by=user)
    return made if user.has_perm("recognition.view_all") else made.filter(photo__owner=user)


def last_to_undo(by: User) -> Decision | None:
    """This person's latest decision about a single photo that has not been undone."""
    made = own_decisions(by).standing().filter(bulk=None)
    return made.exclude(via__in=(Via.UNDO, Via.UPLOAD, Via.MERGE)).first()


def label_new_upload(
    photo: Photo, label: Label, by: User, box: boxes.Box | None = None
) -> Decision:
    """Set the label that came with a new upload, perhaps with what it is about. The caller saves
    the photo and the decision."""
    decision = _decision(photo, label, by, Via.UPLOAD)
    decision.to_box = box
    _set_label(photo, label, by)
    photo.box = box
    return decision


@transaction.atomic
def merge_some(source: Label, target: Label, by: User | None, most: int) -> int:
    """Give so many photos of one label another one; how many those were.

    Doubts that people have settled stay settled.
    """
    newest = Photo.objects.filter(label=source).order_by("-created", "-id")
    ids = list(newest.values_list("id", flat=True)[:most])
    locked = [photo for photo in _lock(ids) if photo.label_id == source.id]
    made = [_decision(photo, target, by, Via.MERGE) for photo in locked]
    Decision.objects.bulk_create(made, batch_size=_CHUNK)
    changed = {"label": target, "labelled_by": by, "labelled_at": timezone.now()}
    Photo.objects.filter(id__in=[photo.id for photo in locked]).update(**changed)
    return len(locked)


@transaction.atomic
def label_repeated_uploads(
    choices: Mapping[UUID, Label], by: User, about: Mapping[UUID, boxes.Box] | None = None
) -> None:
    """Set the labels of photos that were stored already and are uploaded again with a label, or
    with another box.

    about: what labels are about, where that came along.
    """
    about = about or {}

    def is_new(photo: Photo) -> bool:
        box = about.get(photo.id)
        is_same_box = box is None or (photo.box is not None and boxes.same(box, photo.box))
        return photo.label_id != choices[photo.id].id or not is_same_box

    photos = [photo for photo in _lock(choices) if is_new(photo)]
    made = [_decision(photo, choices[photo.id], by, Via.UPLOAD) for photo in photos]
    for decision in made:
        decision.to_box = about.get(decision.photo_id, decision.to_box)
    _write(made)


def put_in_queue(
    prediction: Prediction, label_id: int | None, tree: LabelTree, left_out: Collection[UUID] = ()
) -> None:
    """Fill in the fields that the review queue uses, for a prediction that is done.

    label_id: the photo's label, if any, which nobody has compared with the prediction yet.
    left_out: photos that take no part. The caller saves the prediction.
    """
    said = tree.said_in_use(prediction.top)
    first, second = [*(share for _label, share in said), 0.0, 0.0][:2]
    prediction.margin = first - second
    prediction.review = prediction.disagreement = None
    if prediction.photo_id in left_out:
        return
    if label_id is None:
        prediction.review = Review.CHECK if prediction.accepted else Review.WAITING
    elif tree.is_in_use(label_id) and not tree.is_right(prediction.label_id, label_id):
        of_label = sum(share for label, share in said if tree.is_right(label.id, label_id))
        prediction.disagreement = first - of_label


def _lock(photo_ids: Iterable[UUID]) -> list[Photo]:
    return lock_photos(Photo.objects.filter(id__in=list(photo_ids)))


def _lock_one(photo_id: UUID) -> Photo:
    for photo in _lock([photo_id]):
        return photo
    raise Photo.DoesNotExist


def _standing(photos: Iterable[Photo]) -> list[Decision]:
    """The last decision about each photo that was not undone."""
    latest: dict[UUID, Decision] = {}
    made = Decision.objects.standing().filter(photo__in=photos).exclude(via=Via.UNDO)
    for decision in made:
        latest.setdefault(decision.photo_id, decision)
    return list(latest.values())


def _is_repeated(last: Decision, decision: Decision) -> bool:
    """By a client that was not answered the first time, and asks again."""
    said = ("by_id", "via", "to_label_id", "to_box", "predicted_id", "model_version_id")
    return all(getattr(last, name) == getattr(decision, name) for name in said)


def _decision(photo: Photo, label: Label | None, by: User | None, via: Via) -> Decision:
    """Not yet saved: `_write` does it."""
    decision = Decision(photo=photo, by=by, via=via, from_label_id=photo.label_id, to_label=label)
    decision.from_box = decision.to_box = photo.box
    prediction = photo.prediction
    if prediction and prediction.state == State.DONE:
        decision.predicted_id = prediction.label_id
        decision.confidence = prediction.confidence
        decision.model_version_id = prediction.model_version_id
    return decision


def _undoing(decision: Decision, photo: Photo, by: User) -> Decision:
    undoing = _decision(photo, decision.from_label, by, Via.UNDO)
    undoing.to_box = decision.from_box
    undoing.undoes = decision
    return undoing


def _write(decisions: Sequence[Decision]) -> None:
    tree = LabelTree()
    photos = [decision.photo for decision in decisions]
    no_part = left_out.among(photo.id for photo in photos)
    for decision in decisions:
        if decision.to_label:  # a label that was merged meanwhile never comes back
            decision.to_label = tree.current(decision.to_label)
        _set_label(decision.photo, decision.to_label, decision.by)
        decision.photo.box = decision.to_box
        prediction = decision.photo.prediction
        if prediction and prediction.state == State.DONE:
            put_in_queue(prediction, decision.photo.label_id, tree, no_part)
            if decision.via in REVIEWED_VIA:
                prediction.disagreement = None
    predictions = [photo.prediction for photo in photos if photo.prediction]
    Decision.objects.bulk_create(decisions, batch_size=_CHUNK)
    Photo.objects.bulk_update(photos, _LABEL_FIELDS, batch_size=_CHUNK)
    Prediction.objects.bulk_update(predictions, ("review", "disagreement"), batch_size=_CHUNK)
    moved = [made.photo for made in decisions if made.to_box != made.from_box]
    if moved:
        main_subject.follow(moved)
    suggestions.settle(decisions, tree)
    happened.labels_decided(decisions)
    asking.settle(decisions)
    ReviewLease.objects.filter(photo__in=photos).delete()
    Suspect.objects.filter(photo__in=photos).delete()


def _set_label(photo: Photo, label: Label | None, by: User | None) -> None:
    photo.label = label
    photo.labelled_by = by if label else None
    photo.labelled_at = timezone.now() if label else None
