"""Photos that take no part in review and training, since a near-duplicate of them is kept."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from recognition.core.statements.queries import PreparedOfIds
from recognition.models import LeftOut

_FEW = 16  # a batch of a predictor's, for which it is asked again and again


def among(photo_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these photos that are left out."""
    ids = list(photo_ids)
    rows = _of_few(*ids) if 0 < len(ids) <= _FEW else _left_out(*ids)
    return {row.photo_id for row in rows}


def _left_out(*photo_ids: UUID) -> QuerySet[LeftOut]:
    return LeftOut.objects.filter(photo__in=photo_ids).only("photo").order_by()


_of_few = PreparedOfIds(_left_out)


def is_left_out(photo: str = "pk") -> Exists:
    """As a condition of rows whose field `photo` has a photo's id."""
    return Exists(LeftOut.objects.filter(photo=OuterRef(photo)))
