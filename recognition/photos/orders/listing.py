"""Stored photos as History shows them: in an order that people choose, page after page.

No index serves these orders together with all filters. So the newest `history.WINDOW` photos are
sorted by themselves, and behind their last one the next so many: whoever has fewer sees all of
them in the order, and each answer takes about the same time, however many there are. A list of
the newest uploads needs none of this, and is a page of `history`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from recognition.core.counting import Counted, count_up_to
from recognition.models import Photo
from recognition.photos import history
from recognition.photos.history import Cursor, Filters

COUNTED = 10_000
_SETTLED = 2.0  # above all confidences


class Order(models.TextChoices):
    UPLOADED = "uploaded", _("Newest uploaded")
    DOUBTFUL = "doubtful", _("Least sure")
    NAME = "name", _("Name")


@dataclass(frozen=True)
class Place:
    """Where a list goes on: behind `after` among the photos that are sorted together, which begin
    behind `block`. None: at the beginning."""

    after: Cursor | None = None
    block: Cursor | None = None


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
    if order == Order.UPLOADED:
        found = history.page(photos, filters, place.after, size)
        follows = Place(found.next) if found.next else None
        return Listed(found.photos, follows, found.is_full)
    within, end = history.window(photos, filters, place.block)
    rows = _sorted(within, order, place.after)
    keys: list[tuple[Any, Any]] = list(rows.values_list("id", "place")[: size + 1])
    known = photos.in_bulk([photo_id for photo_id, _key in keys[:size]])
    shown = [known[photo_id] for photo_id, _key in keys[:size] if photo_id in known]
    if len(keys) > size:
        last_id, last_key = keys[size - 1]
        return Listed(shown, Place(Cursor(last_key, last_id), place.block), True, place.block)
    follows = Place(block=end) if end else None
    return Listed(shown, follows, len(keys) == size, place.block)


def count(photos: QuerySet[Photo], filters: Filters) -> Counted:
    """How many match: COUNTED at most, and among the newest `history.WINDOW` if anything narrows
    them."""
    if not filters:
        return count_up_to(photos.order_by("-created", "-id"), COUNTED)
    within, end = history.window(photos, filters)
    counted = count_up_to(within.order_by(), COUNTED)
    return Counted(counted.number, not end, is_minimum=counted.is_minimum or bool(end))


def neighbours(
    photos: QuerySet[Photo], filters: Filters, order: Order, block: Cursor | None, photo: Photo
) -> Neighbours:
    """The photos before and behind this one in a list that it is part of, or was until just now.
    Those that are far away are not found."""
    named = photos.select_related(None).prefetch_related(None).only("id", "name")
    if order == Order.UPLOADED:
        place = Cursor(photo.created, photo.id)
        above = history.window_above(named, filters, place).order_by("created", "id")
        below = history.window(named, filters, place).photos.order_by("-created", "-id")
        return Neighbours(above.first(), below.first())
    [key] = Photo.objects.filter(id=photo.id).values_list(_KEYS[order], flat=True)
    within, _end = history.window(named, filters, block)
    here = Cursor(key, photo.id)
    before = _sorted(within, order, here, is_backward=True)
    return Neighbours(before.first(), _sorted(within, order, here).first())


_KEYS: dict[Order, Any] = {
    Order.DOUBTFUL: Case(
        When(label__isnull=False, then=Value(_SETTLED)),
        default=Coalesce(F("prediction__confidence"), Value(_SETTLED)),
        output_field=models.FloatField(),
    ),
    Order.NAME: F("plain_name"),
}
_FALLING: set[Order] = set()
_TYPES: dict[Order, type] = {Order.DOUBTFUL: float, Order.NAME: str}


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
