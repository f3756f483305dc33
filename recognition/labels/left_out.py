"""Photos that take no part in review and training, since a near-duplicate of them is kept."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from uuid import UUID

from django.db.models import Exists, OuterRef

from recognition.core.statements.queries import Prepared
from recognition.models import LeftOut


def among(photo_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these photos that are left out."""
    ids = list(photo_ids)
    return {row.photo_id for row in _among(len(ids))(*ids)} if ids else set()


@cache
def _among(count: int) -> Prepared[LeftOut]:
    return Prepared(
        lambda *ids: LeftOut.objects.filter(photo__in=ids).only("photo").order_by(), *[UUID] * count
    )


def is_left_out(photo: str = "pk") -> Exists:
    """As a condition of rows whose field `photo` has a photo's id."""
    return Exists(LeftOut.objects.filter(photo=OuterRef(photo)))
