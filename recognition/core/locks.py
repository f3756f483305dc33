"""Rows are locked in one order everywhere: photos by their ids, then predictions by theirs. So two
at work wait for each other, and never for ever.

What is locked is read after that: a row that came along by a join would be as it was before the
waiting.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from recognition.models import Photo, Prediction


def lock_photos(photos: QuerySet[Photo]) -> list[Photo]:
    """These photos, each with its prediction, until the transaction ends."""
    locked = list(photos.select_for_update(of=("self",)).order_by("id"))
    rows = lock_predictions(it.prediction_id for it in locked if it.prediction_id)
    said = {row.id: row for row in rows.defer("embedding")}
    for photo in locked:
        photo.prediction = said[photo.prediction_id] if photo.prediction_id else None
    return locked


def lock_predictions(prediction_ids: Iterable[UUID]) -> QuerySet[Prediction]:
    """Locked, in the order of their ids, when the rows are read."""
    rows = Prediction.objects.select_for_update(of=("self",))
    return rows.filter(id__in=list(prediction_ids)).order_by("id")


def lock_all() -> None:
    """Nobody else changes a photo or a prediction until the transaction ends; all may read."""
    if connection.vendor == "postgresql":  # in SQLite there is one transaction that writes anyway
        with connection.cursor() as cursor:
            for model in (Photo, Prediction):
                cursor.execute(f'LOCK TABLE "{model._meta.db_table}" IN EXCLUSIVE MODE')
