"""What a version is told of photos before it looks at them, and the finder that helps it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from uuid import UUID

from django.db.models import Exists, OuterRef

from recognition.cnn.finder.manifest import finder_sha256
from recognition.cnn.pixels.boxes import Box
from recognition.cnn.serving.classifier import Look
from recognition.files import of_photos
from recognition.models import Annotation, ModelVersion, Photo, View
from recognition.versions.finder import folder


def finder() -> str:
    """Which finder is there: its sha256, or "" if there is none that can be read."""
    return finder_sha256(folder()) or ""


def finder_for(version: ModelVersion) -> Path | None:
    """The folder of the finder that this version looks closer with, if there is one."""
    return folder() if version.view == View.SUBJECTS and finder() else None


def has_parts(photo: str) -> Exists:
    """Whether there are further labels in the photo that this field of a query refers to."""
    return Exists(Annotation.objects.filter(photo=OuterRef(photo)))


def looks(
    photos: Sequence[Photo], closer: bool = False, with_parts: Collection[UUID] | None = None
) -> list[Look]:
    """The photos with the boxes that people drew, in the same order.

    closer: as in Look. with_parts: which of them have further labels, if that is known.
    """
    drawn: dict[UUID, list[Box]] = {}
    asked = [photo.id for photo in photos] if with_parts is None else with_parts
    if asked:
        annotations = Annotation.objects.filter(photo__in=asked).order_by("photo", "id")
        for photo_id, box in annotations.values_list("photo", "box"):
            drawn.setdefault(photo_id, []).append(Box(*box))
    return [
        Look(
            path,
            closer,
            main=Box(*photo.box) if photo.box else None,
            others=tuple(drawn.get(photo.id, ())),
        )
        for photo, path in zip(photos, of_photos.originals(photos), strict=True)
    ]
