"""What owners say of the answers about their photos: "that is wrong", "there is another one".

A suggestion is no label. It puts its photo at the front of the review queue, labelled or not, until
the next decision about the photo settles it, whoever makes that and wherever: `labelling` sees to
it, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils.translation import gettext as _

from recognition.core.locks import lock_photos
from recognition.labels import boxes, main_subject
from recognition.labels.tree import LabelTree
from recognition.models import Annotation, Decision, Label, Photo, Prediction, State, Suggestion

WRONG, ANOTHER = Suggestion.Kind.WRONG, Suggestion.Kind.ANOTHER
OPEN, CONFIRMED, DECLINED = Suggestion.Outcome
_SETTLED = ("outcome", "decided", "decided_by")
_SHOWN = 20
_CHUNK = 500  # rows a statement


class CannotSuggest(Exception):
    """code: what stands in the way, for programs. The text says it to people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def about(photo: Photo) -> QuerySet[Suggestion]:
    """What the owner has suggested of the photo, newest first; not more than a page shows."""
    return photo.suggestions.select_related("label")[:_SHOWN]


def open_of(photo_ids: Collection[UUID]) -> dict[UUID, list[Suggestion]]:
    """The suggestions that wait, by photo: what is wrong first, then what else there is."""
    found: dict[UUID, list[Suggestion]] = {}
    waiting = Suggestion.objects.filter(photo__in=photo_ids, outcome=OPEN)
    for suggestion in waiting.select_related("label").order_by("-kind"):
        found.setdefault(suggestion.photo_id, []).append(suggestion)
    return found


@transaction.atomic
def suggest(photo_id: UUID, by: User, kind: str, label: Label, box: object = None) -> Suggestion:
    """Say that the answer about a photo of one's own is wrong, or that there is something else,
    which replaces what one has said in this way and nobody has decided about yet.

    box: where it is, as `boxes.checked` takes it, if anybody said so. Raises Photo.DoesNotExist if
    the photo is somebody else's, InvalidBox and CannotSuggest.
    """
    drawn = None if box is None else boxes.checked(box)
    photo = _lock_own(photo_id, by)
    label = _label(photo, kind, label)
    before = photo.suggestions.filter(kind=kind, outcome=OPEN).first()
    if before and (before.label_id, before.box) == (label.id, drawn):
        return before
    if before:
        before.delete()
    made = Suggestion.objects.create(photo=photo, by=by, kind=kind, label=label, box=drawn)
    put_in_front([photo])
    return made


@transaction.atomic
def withdraw(photo_id: UUID, suggestion_id: UUID, by: User) -> None:
    """Take back what one has suggested of a photo of one's own.

    Raises Photo.DoesNotExist, Suggestion.DoesNotExist, and CannotSuggest once a reviewer has
    decided.
    """
    photo = _lock_own(photo_id, by)
    suggestion = photo.suggestions.get(id=suggestion_id)
    if suggestion.outcome != OPEN:
        raise CannotSuggest("settled", _("A reviewer has decided about it already."))
    suggestion.delete()
    put_in_front([photo])


def settle(decisions: Sequence[Decision], tree: LabelTree) -> None:
    """Settle what waits about the photos of these decisions, which have just been stored; what a
    decision has settled waits again once that is undone. The photos are locked."""
    made = {decision.photo_id: decision for decision in decisions}
    # By photo alone: these are few, and SQLite would look for all that are open.
    about_them = list(Suggestion.objects.filter(photo__in=made).order_by("-created", "-id"))
    if not about_them:  # nearly always
        return
    changed = [
        suggestion
        for suggestion in about_them
        if _follow(suggestion, made[suggestion.photo_id], about_them, tree)
    ]
    Suggestion.objects.bulk_update(changed, _SETTLED, batch_size=_CHUNK)
    touched = {suggestion.photo_id for suggestion in changed}
    put_in_front([made[photo_id].photo for photo_id in touched])


def follow_part(photo: Photo, part: Annotation) -> None:
    """Confirm that there is another one, as a part that has just been labelled says. The photo is
    locked."""
    tree = LabelTree()
    waiting = photo.suggestions.filter(kind=ANOTHER, outcome=OPEN)
    met = [one for one in waiting if tree.is_right(one.label_id, part.label_id)]
    for suggestion in met:
        suggestion.outcome = CONFIRMED
        suggestion.decided, suggestion.decided_by = part.at, part.by
        suggestion.save(update_fields=_SETTLED)
    if met:
        put_in_front([photo])


def _lock_own(photo_id: UUID, by: User) -> Photo:
    for photo in lock_photos(Photo.objects.filter(id=photo_id, owner=by)):
        return photo
    raise Photo.DoesNotExist


def _label(photo: Photo, kind: str, label: Label) -> Label:
    """What can be suggested. Raises CannotSuggest."""
    prediction = photo.prediction
    if prediction is None or prediction.state != State.DONE:
        raise CannotSuggest("not_answered", _("The photo has no answer yet."))
    label = LabelTree().current(label)  # it may have been merged meanwhile
    if not label.active:
        raise CannotSuggest("not_in_use", _("This label is not in use any more."))
    if kind == WRONG and label.id == (photo.label_id or prediction.label_id):
        raise CannotSuggest("is_the_answer", _("That is the answer already."))
    return label


def _follow(
    suggestion: Suggestion, decision: Decision, others: Iterable[Suggestion], tree: LabelTree
) -> bool:
    """Let a suggestion take the outcome that a decision has for it; return whether it has one."""
    if decision.undoes is None:
        if suggestion.outcome != OPEN:
            return False
        is_met = _is_met(suggestion, decision, tree)
        suggestion.outcome = CONFIRMED if is_met else DECLINED
        suggestion.decided, suggestion.decided_by = decision.at, decision.by
        return True
    if suggestion.decided != decision.undoes.at:
        return False
    _forget_part(decision.photo, suggestion)
    if any(_is_newer(other, suggestion) for other in others):
        return False
    suggestion.outcome, suggestion.decided, suggestion.decided_by = OPEN, None, None
    return True


def _forget_part(photo: Photo, suggestion: Suggestion) -> None:
    """What became a label of a part of the photo by `agreeing`."""
    deleted, _by_table = Annotation.objects.filter(id=suggestion.id).delete()
    if deleted and suggestion.box:
        main_subject.forget_drawn(photo, suggestion.box)


def _is_newer(other: Suggestion, suggestion: Suggestion) -> bool:
    """Whether it waits in this one's place."""
    of_its_kind = (other.photo_id, other.kind) == (suggestion.photo_id, suggestion.kind)
    return of_its_kind and other.outcome == OPEN


def _is_met(suggestion: Suggestion, decision: Decision, tree: LabelTree) -> bool:
    """Whether people say by now what was suggested, or something more exact. That there is another
    one is not yet said by who confirms what stood there before."""
    said = {decision.to_label_id}
    if suggestion.kind == ANOTHER:
        said -= {decision.from_label_id or decision.predicted_id}
        parts = Annotation.objects.filter(photo=suggestion.photo_id)
        said |= set(parts.values_list("label_id", flat=True))
    return any(tree.is_right(suggestion.label_id, label_id) for label_id in said)


def put_in_front(photos: Sequence[Photo]) -> None:
    """Note with what the photos show, which is locked, since when a suggestion waits, if any."""
    waiting = Suggestion.objects.filter(photo__in=photos, outcome=OPEN).order_by()
    oldest = dict(waiting.values_list("photo").annotate(Min("created")))
    shown = [photo.prediction for photo in photos if photo.prediction]
    for prediction in shown:
        prediction.suggested = oldest.get(prediction.photo_id)
    Prediction.objects.bulk_update(shown, ("suggested",), batch_size=_CHUNK)
