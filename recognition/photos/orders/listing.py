"""Stored photos as History shows them: in an order that people choose, page after page.

Along an index go the newest uploads and, but for those of one batch, the newest taken: they are
pages of `history`. No index serves the other orders together with all filters. So the newest
`history.WINDOW` photos are sorted by themselves, and behind their last one the next so many:
whoever has fewer sees all of them in the order, and each answer takes about the same time, however
many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from recognition.core.counting import Counted, count_up_to
from recognition.models import Photo
from recognition.models.photo import when
from recognition.photos.orders import history
from recognition.photos.orders.filters import MOMENT, UPLOADED, Filters
from recognition.photos.orders.history import Cursor

COUNTED = 10_000
_WINDOWS = 5  # that `ids` looks through
_SETTLED = 2.0  # above all confidences


class Order(models.TextChoices):
    TAKEN = "taken", _("Newest taken")
    UPLOADED = "uploaded", _("Newest uploaded")
    DOUBTFUL = "doubtful", _("Least sure")
    NAME = "name", _("Name")


@dataclass(frozen=True)
class Place:
    """Where a list goes on: behind `after` among the photos that are sorted together, which begin
    behind `block`. None: at the beginning."""

    after: Cursor | None = None
    block: Cursor | None = None

    @property
    def day(self) -> datetime | None:
        """When what comes there was taken or uploaded, if the list goes by that."""
        place = self.after or self.block
        return place.key if place and isinstance(place.key, datetime) else None


@dataclass(frozen=True)
class Listed:
    """A page. block: as in Place, of the photos on it."""

    photos: list[Photo]
    next: Place | None
    is_full: bool
    block: Cursor | None = None


@dataclass(frozen=True)
class Neighbours:
    before: Photo | None
    behind: Photo | None


def page(
    photos: QuerySet[Photo], filters: Filters, order: Order, place: Place, size: int | None = None
) -> Listed:
    """The photos that match, from `place` on."""
    size = size or history.PAGE_SIZE
    if by := _index(order, filters):
        found = history.page(photos, filters, place.after, size, by)
        follows = Place(found.next) if found.next else None
        return Listed(found.photos, follows, found.is_full)
    within, end = history.window(photos, filters, place.block, _window(filters))
    rows = _sorted(within, order, place.after)
    columns = ("id", "place")
    keys: list[tuple[Any, Any]] = list(rows.values_list(*columns)[: size + 1])
    known = photos.in_bulk([photo_id for photo_id, _key in keys[:size]])
    shown = [known[photo_id] for photo_id, _key in keys[:size] if photo_id in known]
    if len(keys) > size:
        last_id, last_key = keys[size - 1]
        return Listed(shown, Place(Cursor(last_key, last_id), place.block), True, place.block)
    follows = Place(block=end) if end else None
    return Listed(shown, follows, len(keys) == size, place.block)


def count(photos: QuerySet[Photo], filters: Filters, first: Listed) -> Counted:
    """How many match: COUNTED at most, and among the newest `history.WINDOW` if anything narrows
    them. first: the first page, which often says it already."""
    if not first.is_full:
        return Counted(len(first.photos), not first.next, is_minimum=bool(first.next))
    if not filters:
        return count_up_to(photos.order_by("-created", "-id"), COUNTED)
    within, end = history.window(photos, filters, by=_window(filters))
    counted = count_up_to(within.order_by(), COUNTED)
    return Counted(counted.number, not end, is_minimum=counted.is_minimum or bool(end))


def ids(photos: QuerySet[Photo], filters: Filters, most: int) -> list[UUID]:
    """So many at most of what matches, the newest first, in a few windows."""
    found: list[UUID] = []
    by, end = _window(filters), None
    for _number in range(_WINDOWS):
        within, end = history.window(photos, filters, end, by)
        newest = within.order_by(f"-{by}", "-id").values_list("id", flat=True)
        found += newest[: most - len(found)]
        if end is None or len(found) >= most:
            break
    return found


def neighbours(
    photos: QuerySet[Photo], filters: Filters, order: Order, block: Cursor | None, photo: Photo
) -> Neighbours:
    """The photos before and behind this one in a list that it is part of, or was until just now.
    Those that are far away are not found."""
    named = photos.select_related(None).prefetch_related(None).only("id", "name")
    if by := _index(order, filters):
        place = Cursor(photo.created if by == UPLOADED else photo.taken_or_uploaded, photo.id)
        above = history.window_above(named, filters, place, by).order_by(by, "id")
        below = history.window(named, filters, place, by).photos.order_by(f"-{by}", "-id")
        return Neighbours(above.first(), below.first())
    of_photo = Photo.objects.filter(id=photo.id).annotate(place=_KEYS[order])
    [key] = of_photo.values_list("place", flat=True)
    within, _end = history.window(named, filters, block, _window(filters))
    here = Cursor(key, photo.id)
    before = _sorted(within, order, here, is_backward=True)
    return Neighbours(before.first(), _sorted(within, order, here).first())


def _index(order: Order, filters: Filters) -> str:
    """By what the list goes along an index; empty if there is none for it."""
    if order == Order.TAKEN:
        return "" if filters.batch else MOMENT
    return UPLOADED if order == Order.UPLOADED else ""


def _window(filters: Filters) -> str:
    """Which photos are sorted together: the newest in this sense."""
    return UPLOADED if filters.batch else MOMENT


_KEYS: dict[Order, Any] = {
    Order.TAKEN: when(),
    Order.DOUBTFUL: Case(
        When(label__isnull=False, then=Value(_SETTLED)),
        default=Coalesce(F("prediction__confidence"), Value(_SETTLED)),
        output_field=models.FloatField(),
    ),
    Order.NAME: F("plain_name"),
}
_FALLING = {Order.TAKEN}
_TYPES: dict[Order, type] = {Order.TAKEN: datetime, Order.DOUBTFUL: float, Order.NAME: str}


def _sorted(
    photos: QuerySet[Photo], order: Order, after: Cursor | None, is_backward: bool = False
) -> QuerySet[Photo]:
    """With its key as `place`."""
    is_falling = (order in _FALLING) != is_backward
    photos = photos.annotate(place=_KEYS[order])
    if after and isinstance(after.key, _TYPES[order]):
        beyond = "lt" if is_falling else "gt"
        same = Q(place=after.key, **{f"id__{beyond}": after.id})
        photos = photos.filter(Q(**{f"place__{beyond}": after.key}) | same)
    sign = "-" if is_falling else ""
    return photos.order_by(f"{sign}place", f"{sign}id")
