"""Locks are taken in one order everywhere: the tree of labels before anything else, then photos by
their ids, then predictions by theirs. So two transactions wait for each other, but never for ever.

What is locked is read after that: a row that came along by a join would be as it was before the
waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Model, QuerySet

from recognition.models import Label, Photo, Prediction

_TRIES = 3
_PATIENCE_MS = 100
_STORAGE_LOCK = 0x41726B01  # any number that nothing else in the database uses
_Result = TypeVar("_Result")


def retry_if_deleted(store: Callable[[], _Result]) -> _Result:
    """Run a transaction, again if a row that it refers to was deleted while it was prepared.

    Raises IntegrityError if that happens _TRIES times.
    """
    for _ in range(_TRIES - 1):
        with suppress(IntegrityError), transaction.atomic():
            return store()
    with transaction.atomic():
        return store()


def lock_photos(photos: QuerySet[Photo]) -> list[Photo]:
    """These photos, each with its prediction, until the transaction ends."""
    locked = list(photos.select_for_update(of=("self",)).order_by("id"))
    rows = lock_predictions(photo.prediction_id for photo in locked if photo.prediction_id)
    said = {row.id: row for row in rows.defer("embedding")}
    for photo in locked:
        photo.prediction = said[photo.prediction_id] if photo.prediction_id else None
    return locked


def lock_predictions(prediction_ids: Iterable[UUID]) -> QuerySet[Prediction]:
    """Locked, in the order of their ids, when the rows are read."""
    rows = Prediction.objects.select_for_update(of=("self",))
    return rows.filter(id__in=list(prediction_ids)).order_by("id")


def lock_label_tree() -> None:
    """Nobody else changes a label until the transaction ends; all may read, and label photos."""
    _lock_tables("SHARE ROW EXCLUSIVE", Label)


def lock_all() -> None:
    """Nobody else changes a photo or a prediction until the transaction ends; all may read."""
    _lock_tables("EXCLUSIVE", Photo, Prediction)


@contextmanager
def not_waiting() -> Iterator[None]:
    """For what can as well be written later: inside, who would have to wait for somebody else's
    lock gets a DatabaseError instead."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            usual_ms = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
            cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            try:
                yield
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {usual_ms}")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {_PATIENCE_MS}")
            yield


def lock_storage() -> None:
    """Nobody else stores originals until the transaction ends: for what counts them all."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_STORAGE_LOCK])


def _lock_tables(mode: str, *models: type[Model]) -> None:
    """mode: of PostgreSQL. In SQLite there is one transaction that writes anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for model in models:
                cursor.execute(f'LOCK TABLE "{model._meta.db_table}" IN {mode} MODE')
