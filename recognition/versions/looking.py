"""What a version is told of photos before it looks at them, and the finder that helps it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from recognition.cnn.finder.manifest import finder_sha256
from recognition.cnn.pixels.boxes import Box
from recognition.cnn.serving.classifier import Look
from recognition.models import Annotation, ModelVersion, Photo, View
from recognition.versions.finder import folder


def finder() -> str:
    """Which finder is there: its sha256, or "" if there is none that can be read."""
    return finder_sha256(folder()) or ""


def finder_for(version: ModelVersion) -> Path | None:
    """The folder of the finder that this version looks closer with, if there is one."""
    return folder() if version.view == View.SUBJECTS and finder() else None


def looks(photos: Sequence[Photo], closer: bool = False) -> list[Look]:
    """The photos with the boxes that people drew, in the same order. closer: as in Look."""
    drawn: dict[UUID, list[Box]] = {}
    annotations = Annotation.objects.filter(photo__in=photos).order_by("photo", "id")
    for photo_id, box in annotations.values_list("photo", "box"):
        drawn.setdefault(photo_id, []).append(Box(*box))
    return [
        Look(
            photo.original_path,
            closer,
            main=Box(*photo.box) if photo.box else None,
            others=tuple(drawn.get(photo.id, ())),
        )
        for photo in photos
    ]
