"""Photos that take no part in review and training, since a near-duplicate of them is kept."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef

from recognition.models import LeftOut


def among(photo_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these photos that are left out."""
    rows = LeftOut.objects.filter(photo__in=list(photo_ids))
    return set(rows.values_list("photo_id", flat=True))


def is_left_out(photo: str = "pk") -> Exists:
    """As a condition of rows whose field `photo` has a photo's id."""
    return Exists(LeftOut.objects.filter(photo=OuterRef(photo)))
