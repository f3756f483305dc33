"""Notes about photos, and questions to somebody who knows more.

An open question takes its photo out of everybody's queue and into a list of its own. Whoever
decides about the photo answers it; `labelling` sees to it, in the same transaction. Undoing that
decision asks again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from recognition.core.counting import Counted, count_up_to
from recognition.core.locks import lock_photos
from recognition.models import (
    REVIEWED_VIA,
    Decision,
    Photo,
    PhotoNote,
    Question,
    ReviewLease,
)

MOST_NOTES = 50  # of a photo
_COUNTED = 1000


class TooManyNotes(Exception):
    """A photo has so many that nobody would read another one."""


def notes_of(photo_ids: Collection[UUID]) -> dict[UUID, list[PhotoNote]]:
    """By photo, the oldest first."""
    found: dict[UUID, list[PhotoNote]] = {}
    for note in PhotoNote.objects.filter(photo__in=photo_ids).select_related("by"):
        found.setdefault(note.photo_id, []).append(note)
    return found


def open_of(photo_ids: Collection[UUID]) -> dict[UUID, Question]:
    """The question that waits, by photo."""
    waiting = Question.objects.filter(photo__in=photo_ids, closed=None).select_related("by")
    return {question.photo_id: question for question in waiting}


def open_questions() -> QuerySet[Question]:
    """The oldest first."""
    return Question.objects.filter(closed=None).order_by("at", "id")


def count_open() -> Counted:
    return count_up_to(open_questions(), _COUNTED)


@transaction.atomic
def write_note(photo_id: UUID, by: User, text: str, note_id: UUID) -> PhotoNote:
    """Sent twice, it is written once. Raises Photo.DoesNotExist and TooManyNotes."""
    _lock(photo_id)
    if note := PhotoNote.objects.filter(id=note_id, photo=photo_id).first():
        return note
    if PhotoNote.objects.filter(photo=photo_id).count() >= MOST_NOTES:
        raise TooManyNotes
    return PhotoNote.objects.create(
        id=note_id, photo_id=photo_id, by=by, text=text[: PhotoNote.LONGEST]
    )


def remove_note(note_id: UUID, by: User) -> None:
    """One's own."""
    PhotoNote.objects.filter(id=note_id, by=by).delete()


@transaction.atomic
def ask(photo_id: UUID, by: User, text: str, question_id: UUID) -> Question:
    """Sent twice, it is asked once. Where somebody asks already, that question stands, and the text
    becomes a note. Raises Photo.DoesNotExist and TooManyNotes."""
    _lock(photo_id)
    ReviewLease.objects.filter(photo=photo_id, reviewer=by).delete()
    if made := Question.objects.filter(id=question_id, photo=photo_id).first():
        return made
    if waiting := Question.objects.filter(photo=photo_id, closed=None).first():
        if text:
            write_note(photo_id, by, text, question_id)
        return waiting
    text = text[: PhotoNote.LONGEST]
    return Question.objects.create(id=question_id, photo_id=photo_id, by=by, text=text)


@transaction.atomic
def ask_about(photo_ids: Collection[UUID], by: User, text: str, asked_id: UUID) -> int:
    """Ask the same of several photos, a few hundred at most; of how many nobody asked yet. Sent
    twice, with one `asked_id`, it is asked once. Photos that are gone are left out."""
    there = lock_photos(Photo.objects.filter(id__in=photo_ids))
    ReviewLease.objects.filter(photo__in=there, reviewer=by).delete()
    ids = {photo.id: uuid5(asked_id, photo.id.hex) for photo in there}
    made = set(Question.objects.filter(id__in=ids.values()).values_list("photo_id", flat=True))
    left = [photo_id for photo_id in ids if photo_id not in made.union(open_of(ids))]
    Question.objects.bulk_create(
        Question(id=ids[photo_id], photo_id=photo_id, by=by, text=text[: PhotoNote.LONGEST])
        for photo_id in left
    )
    return len(left)


def withdraw(question_id: UUID, by: User) -> None:
    """One's own, while nobody has answered it."""
    asked = Question.objects.filter(id=question_id, by=by, closed=None)
    asked.update(closed=timezone.now())


def settle(decisions: Iterable[Decision]) -> None:
    """What these decisions, which are stored, answer; and what they ask again by undoing."""
    made = list(decisions)
    undone = [decision.undoes_id for decision in made if decision.undoes_id]
    if undone:
        _ask_again(undone)
    answers = {decision.photo_id: decision for decision in made if decision.via in REVIEWED_VIA}
    if not answers:
        return
    waiting = list(Question.objects.filter(photo__in=list(answers), closed=None))
    for question in waiting:
        question.closed, question.answer = timezone.now(), answers[question.photo_id]
    if waiting:
        Question.objects.bulk_update(waiting, ("closed", "answer"))


def _ask_again(undone: Collection[UUID]) -> None:
    """Unless somebody has asked anew meanwhile."""
    answered = Question.objects.filter(answer__in=undone)
    if photos := list(answered.values_list("photo_id", flat=True)):
        asked = Question.objects.filter(photo__in=photos, closed=None).values_list("photo_id")
        taken = [photo_id for (photo_id,) in asked]
        answered.exclude(photo__in=taken).update(closed=None, answer=None)


def _lock(photo_id: UUID) -> None:
    if not lock_photos(Photo.objects.filter(id=photo_id)):
        raise Photo.DoesNotExist
