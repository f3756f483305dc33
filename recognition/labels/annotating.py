"""Label further parts of a photo, beside what the photo's own label is about.

One box has one label. What people draw is looked at by a predictor soon, for teaching needs the
embedding of just that part.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recognition.core.locks import lock_photos
from recognition.labels import boxes, main_subject, suggestions
from recognition.labels.tree import LabelTree
from recognition.models import Annotation, Label, Photo

MOST = 50  # of a photo: the network looks at each


class TooMany(ValueError):
    """The photo has all the annotations that it can have; the text says so, for people."""

    def __init__(self) -> None:
        super().__init__(_("A photo can have at most %(most)d further labels.") % {"most": MOST})


@transaction.atomic
def annotate(
    photo_id: UUID, box: object, label: Label, by: User, annotation_id: UUID | None = None
) -> Annotation:
    """Label a part of a photo. Sent twice with one `annotation_id`, it counts once; a part that is
    labelled already gets the new label.

    box: as `boxes.checked` takes it. Raises Photo.DoesNotExist, InvalidBox and TooMany.
    """
    drawn = boxes.checked(box)
    photo = _lock(photo_id)
    there = list(photo.annotations.all())
    for made in there:
        if made.id == annotation_id:
            return made
        if boxes.same(made.box, drawn):
            return _change(photo, made, drawn, label, by)
    if len(there) >= MOST:
        raise TooMany
    # Refused by the database if the id is another photo's.
    named = {"id": annotation_id} if annotation_id else {}
    made = Annotation(photo=photo, box=drawn, label=LabelTree().current(label), by=by, **named)
    made.save(force_insert=True)
    suggestions.follow_part(photo, made)
    _look(photo, drawn)
    return made


def of_new_upload(
    photo: Photo, parts: Iterable[tuple[Label, boxes.Box]], by: User
) -> list[Annotation]:
    """The further labels that came with a new upload. The caller saves them with the photo."""
    tree = LabelTree()
    made: list[Annotation] = []
    for label, box in parts:
        if len(made) < MOST and not any(boxes.same(other.box, box) for other in made):
            made.append(Annotation(photo=photo, box=box, label=tree.current(label), by=by))
    return made


@transaction.atomic
def change_annotation(
    annotation_id: UUID, by: User, label: Label | None = None, box: object = None
) -> Annotation:
    """Give it another label or box; None leaves either as it is.

    Raises Annotation.DoesNotExist and InvalidBox.
    """
    drawn = None if box is None else boxes.checked(box)
    photo, made = _lock_with_photo(annotation_id)
    return _change(photo, made, drawn or made.box, label or made.label, by)


@transaction.atomic
def remove_annotation(annotation_id: UUID) -> None:
    """Take it back; doing it twice has no further effect."""
    try:
        photo, made = _lock_with_photo(annotation_id)
    except Annotation.DoesNotExist:
        return
    made.delete()
    main_subject.forget_drawn(photo, made.box)


def _change(photo: Photo, made: Annotation, box: boxes.Box, label: Label, by: User) -> Annotation:
    before = made.box
    made.box, made.label = box, LabelTree().current(label)
    made.by, made.at = by, timezone.now()
    made.save()
    suggestions.follow_part(photo, made)
    if not boxes.same(before, box):
        main_subject.forget_drawn(photo, before)
        _look(photo, box)
    return made


def _look(photo: Photo, box: boxes.Box) -> None:
    """Unless the network has looked at just this box."""
    there = main_subject.subjects_at(photo, box)
    if photo.prediction and not any(subject.has_embedding for subject in there):
        main_subject.look_closer([photo.prediction])


def _lock_with_photo(annotation_id: UUID) -> tuple[Photo, Annotation]:
    """What is deleted or changed meanwhile is read after the waiting."""
    photo_id = Annotation.objects.values_list("photo_id", flat=True).get(id=annotation_id)
    try:
        photo = _lock(photo_id)
    except Photo.DoesNotExist:
        raise Annotation.DoesNotExist from None
    return photo, photo.annotations.select_related("label").get(id=annotation_id)


def _lock(photo_id: UUID) -> Photo:
    for photo in lock_photos(Photo.objects.filter(id=photo_id)):
        return photo
    raise Photo.DoesNotExist
