"""Confirm or correct: the only way a label comes to be."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from recognition.models import Label, Photo

LABEL_FIELDS = ("label", "labelled_by", "labelled_at")


@transaction.atomic
def set_label(photo_id: UUID, label: Label, by: User) -> Photo:
    """Raises Photo.DoesNotExist."""
    photo = Photo.objects.select_for_update().get(id=photo_id)
    put_label(photo, label, by)
    photo.save(update_fields=LABEL_FIELDS)
    return photo


def put_label(photo: Photo, label: Label, by: User) -> None:
    """Set the label on a photo that the caller saves."""
    photo.label = label
    photo.labelled_by = by
    photo.labelled_at = timezone.now()
