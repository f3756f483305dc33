"""What people can choose a filter from: the newest batches, and cameras."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from recognition.models import Batch, Photo

_BATCHES = 30
_CAMERAS = 50


def batches(whose: Q, chosen: UUID | None) -> list[Batch]:
    """The newest that have photos, and the chosen one; whose: narrows them by their owner."""
    filled = Batch.objects.filter(whose, Exists(Photo.objects.filter(batch=OuterRef("id"))))
    filled = filled.select_related("owner").order_by("-id")  # their keys grow with time
    newest = list(filled[:_BATCHES])
    if chosen and chosen not in [batch.id for batch in newest]:
        newest += filled.filter(id=chosen)
    return newest


def cameras(whose: Q) -> list[str]:
    """In the order of the alphabet. Each is found by one step along an index from the one before,
    however many photos it took."""
    found: list[str] = []
    while len(found) < _CAMERAS:
        photos = Photo.objects.filter(whose, camera__gt=found[-1] if found else "")
        following = photos.order_by("camera").values_list("camera", flat=True).first()
        if following is None:
            break
        found.append(following)
    return found
