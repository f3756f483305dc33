"""From what a file or a table says of a photo's making to the columns of `Photo`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

from django.utils import timezone as zones

from recognition.models import Photo
from recognition.models.names import visible

COLUMNS = ("taken_at", "camera", "latitude", "longitude")
_A_DAY = timedelta(days=1)  # clocks go wrong, but a photo of the future is a mistake
# Spreadsheets write a time anew when a table is saved. Only years that come first are plain.
_IN_SPREADSHEETS = re.compile(
    r"(\d{4})[-/.](\d\d?)[-/.](\d\d?)(?: +(\d\d?):(\d\d)(?::(\d\d))?)?", re.ASCII
)
_CAMERA = Photo._meta.get_field("camera").max_length or 0
Place = tuple[float, float]  # latitude, longitude


class Capture(NamedTuple):
    """None where nobody says it."""

    taken_at: datetime | None = None
    camera: str | None = None
    place: Place | None = None

    def or_else(self, other: Capture) -> Capture:
        """What this leaves open, the other says."""
        return Capture(
            self.taken_at or other.taken_at, self.camera or other.camera, self.place or other.place
        )

    def put_into(self, photo: Photo) -> None:
        photo.taken_at, photo.camera = self.taken_at, self.camera
        photo.latitude, photo.longitude = self.place or (None, None)


NOTHING = Capture()


def of_file(said: Mapping[str, Any]) -> Capture:
    """said: as `cnn/pixels/exif/reading.py` describes it."""
    at = said.get("taken")
    taken = _aware(datetime.fromisoformat(at), said.get("offset_minutes")) if at else None
    place = _both(said.get("latitude"), said.get("longitude"))
    return Capture(taken, said.get("camera"), place)


def of_photo(photo: Photo) -> Capture:
    return Capture(photo.taken_at, photo.camera, place_of(photo))


def place_of(photo: Photo) -> Place | None:
    return _both(photo.latitude, photo.longitude)


def of_row(row: Mapping[str, str]) -> Capture:
    """What a row of a table says. Raises ValueError, with the cell that makes no sense."""
    return Capture(_time(row["taken_at"]), visible(row["camera"])[:_CAMERA] or None, _place(row))


def _both(latitude: float | None, longitude: float | None) -> Place | None:
    return None if latitude is None or longitude is None else (latitude, longitude)


def _time(cell: str) -> datetime | None:
    if not cell.strip():
        return None
    try:
        at = _of_spreadsheet(cell.strip()) or datetime.fromisoformat(cell.strip())
    except ValueError:
        raise ValueError(cell) from None
    known = _aware(at) if at.tzinfo is None else _checked(at)
    if known is None:
        raise ValueError(cell)
    return known


def _of_spreadsheet(text: str) -> datetime | None:
    """Raises ValueError for a day that does not exist."""
    found = _IN_SPREADSHEETS.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the caller's


def _place(row: Mapping[str, str]) -> Place | None:
    cells = [row[name].strip().replace(",", ".") for name in ("latitude", "longitude")]
    if not any(cells):
        return None
    try:
        latitude, longitude = (float(cell) for cell in cells)
    except ValueError:
        raise ValueError(" ".join(cells)) from None
    if not (math.isfinite(latitude + longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ValueError(" ".join(cells))
    return latitude, longitude


def _aware(at: datetime, offset_minutes: int | None = None) -> datetime | None:
    """Of a camera that does not say its zone the clock is as in this instance's."""
    if offset_minutes is None:
        return _checked(at.replace(tzinfo=zones.get_default_timezone()))
    return _checked(at.replace(tzinfo=timezone(timedelta(minutes=offset_minutes))))


def _checked(at: datetime) -> datetime | None:
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        return None
    return at if at <= zones.now() + _A_DAY else None
