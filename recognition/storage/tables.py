"""The rows that an original belongs to. A photo in the trash keeps its own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet

from recognition.models import Photo


class Kept(NamedTuple):
    """What a row says of its original."""

    id: UUID
    sha256: str
    size_bytes: int


def all_of_them() -> list[QuerySet[Any]]:
    """The rows of each table whose original must be there."""
    rows: list[QuerySet[Any]] = [Photo.objects.order_by()]
    trashed = apps.all_models["recognition"].get("trashedphoto")
    if trashed:
        # What is to go for ever may have lost its file already.
        rows.append(trashed._default_manager.filter(for_ever=None).order_by())
    return rows


def everything() -> list[QuerySet[Any]]:
    """Of each of these tables, all rows: also those whose original is being removed."""
    return [rows.model._default_manager.all() for rows in all_of_them()]


def find(ids: Collection[UUID]) -> dict[UUID, Kept]:
    """Those of these photos that are kept."""
    found = (Kept(*row) for rows in all_of_them() for row in _values(rows.filter(id__in=ids)))
    return {kept.id: kept for kept in found}


def page(number: int, after: UUID | None, length: int) -> list[Kept]:
    """The next rows of a table, in the order of their ids."""
    rows = all_of_them()[number].order_by("id")
    return [Kept(*row) for row in _values(rows.filter(id__gt=after) if after else rows)[:length]]


def count() -> int:
    return sum(rows.count() for rows in all_of_them())


def known(ids: Collection[UUID]) -> set[UUID]:
    """Those of these ids that have a row of any state, so that their files are nobody else's."""
    found = (rows.filter(id__in=ids).order_by() for rows in everything())
    return {id_ for rows in found for id_ in rows.values_list("id", flat=True)}


def _values(rows: QuerySet[Any]) -> QuerySet[Any, tuple[Any, ...]]:
    return rows.values_list("id", "sha256", "size_bytes")
