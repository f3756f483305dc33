"""The days of a list that goes by time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import NamedTuple

from django.utils.timezone import localdate

from recognition.models import Photo
from recognition.photos.orders.listing import Order, Place


class Day(NamedTuple):
    """Photos of one day, one after the other. day: None if the list does not go by days, or goes on
    within one that was named before."""

    day: date | None
    photos: list[Photo]


def of(photos: Iterable[Photo], order: Order, place: Place) -> list[Day]:
    """The days on a page that begins at this place."""
    if order not in (Order.TAKEN, Order.UPLOADED):
        return [Day(None, list(photos))]
    before = localdate(place.day) if place.day else None
    return [
        Day(None if day == before else day, list(of_day))
        for day, of_day in groupby(photos, lambda photo: _day(photo, order))
    ]


def _day(photo: Photo, order: Order) -> date:
    return localdate(photo.taken_or_uploaded if order == Order.TAKEN else photo.created)
