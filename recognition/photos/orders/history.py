"""Look through stored photos: filters, search, and pages.

A page begins after a cursor, so nothing is counted or skipped. It looks at no more than WINDOW
rows of an index; if these hold too few that match, the next page goes on behind them. So each
answer takes about the same time, however rare the match and however many the photos. The ranges
that all this means are also what makes SQLite follow the index, whatever its statistics say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from recognition.models import Photo, Prediction
from recognition.photos.orders.filters import MOMENT, UPLOADED, Filters, along_indexes, narrow

PAGE_SIZE = 48
WINDOW = 20_000
_FEW_PAGES = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NAME = "n."
_LAST_DAY = datetime(9999, 1, 1, tzinfo=UTC)
_HIGHEST: dict[str, Any] = {UPLOADED: _LAST_DAY, MOMENT: _LAST_DAY, "confidence": 2.0}


@dataclass(frozen=True)
class Cursor:
    """A place in the list: just behind this row of the index that the list follows."""

    key: datetime | float | str
    id: UUID

    def __str__(self) -> str:
        if isinstance(self.key, datetime):
            return f"{(self.key - _EPOCH) // _MICROSECOND}-{self.id.hex}"
        if isinstance(self.key, str):
            return f"{_NAME}{self.key.encode().hex()}-{self.id.hex}"
        return f"{self.key!r}-{self.id.hex}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        try:
            key, _, row_id = text.rpartition("-")
            if key.startswith(_NAME):
                return cls(bytes.fromhex(key.removeprefix(_NAME)).decode(), UUID(row_id))
            is_confidence = not key.lstrip("-").isdigit()
            return cls(
                float(key) if is_confidence else _EPOCH + int(key) * _MICROSECOND, UUID(row_id)
            )
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True)
class Page:
    photos: list[Photo]
    next: Cursor | None
    size: int

    @property
    def is_full(self) -> bool:
        """If not, there may be more to look through, but perhaps nothing more that matches."""
        return len(self.photos) == self.size


class Window(NamedTuple):
    """Photos that match, in no order, and the place where it ends if there are more behind it."""

    photos: QuerySet[Photo]
    end: Cursor | None


class _Walk(NamedTuple):
    """The index that a list follows, from its highest key down."""

    rows: QuerySet[Any]
    key: str = UPLOADED
    rising_ids: bool = False  # among rows of the same key
    path: str = ""  # leads from a photo to its row

    def order(self, path: str = "") -> tuple[str, str]:
        return f"-{path}{self.key}", f"{path}id" if self.rising_ids else f"-{path}id"

    def behind(self, place: Cursor | None, path: str = "") -> Q:
        if place is None:
            return Q(**{f"{path}{self.key}__lte": _HIGHEST[self.key]})
        passed = "id__lte" if self.rising_ids else "id__gte"
        same_key = {f"{path}{self.key}": place.key}
        return Q(**{f"{path}{self.key}__lte": place.key}) & ~Q(
            **same_key, **{f"{path}{passed}": place.id}
        )

    def down_to(self, place: Cursor, path: str = "") -> Q:
        beyond = "id__gt" if self.rising_ids else "id__lt"
        same_key = {f"{path}{self.key}": place.key}
        return Q(**{f"{path}{self.key}__gte": place.key}) & ~Q(
            **same_key, **{f"{path}{beyond}": place.id}
        )

    def above(self, place: Cursor) -> Q:
        same_key = {self.key: place.key}
        return Q(**{f"{self.key}__gte": place.key}) & ~Q(**same_key, id__lte=place.id)

    def place_of(self, photo: Photo) -> Cursor:
        row = photo.prediction if self.path else photo
        return Cursor(getattr(row, self.key), row.id)  # type: ignore[union-attr]


def page(
    photos: QuerySet[Photo],
    filters: Filters,
    after: Cursor | None = None,
    size: int | None = None,
    by: str = UPLOADED,
) -> Page:
    """The photos that match, from behind `after` on: newest first, or most confident first if they
    are to be reviewed and of one predicted label (of one batch: only those of a page)."""
    size = size or PAGE_SIZE
    photos = along_indexes(photos, filters, by)
    walk = _walk(photos, filters, by)
    if after and isinstance(after.key, datetime) != (walk.key != "confidence"):
        after = None  # from a list in another order
    candidates = photos.filter(walk.behind(after, walk.path)).order_by(*walk.order(walk.path))
    matching = narrow(candidates, filters, by, along_queue=bool(walk.path))
    # Where most photos match, a database that sorts all of a wide window would waste its time.
    for width in (_FEW_PAGES * size, WINDOW):
        horizon = _horizon(walk, after, min(width, WINDOW))
        window = matching.filter(walk.down_to(horizon, walk.path)) if horizon else matching
        found = list(window[: size + 1])
        if len(found) > size or horizon is None:
            break
    follows = walk.place_of(found[size - 1]) if len(found) > size else horizon
    found = found[:size]
    if filters.predicted and filters.batch:
        found.sort(key=_confidence, reverse=True)
    return Page(found, follows, size)


def window(
    photos: QuerySet[Photo], filters: Filters, after: Cursor | None = None, by: str = UPLOADED
) -> Window:
    """What matches among the WINDOW newest behind `after`."""
    walk = _Walk(along_indexes(photos, filters, by), by)
    end = _horizon(walk, after, WINDOW)
    within = walk.rows.filter(walk.behind(after))
    return Window(narrow(within.filter(walk.down_to(end)) if end else within, filters, by), end)


def window_above(
    photos: QuerySet[Photo], filters: Filters, place: Cursor, by: str = UPLOADED
) -> QuerySet[Photo]:
    """What matches among the WINDOW next newer than `place`."""
    walk = _Walk(along_indexes(photos, filters, by), by)
    above = walk.rows.filter(walk.above(place))
    farthest = list(above.order_by(by, "id").values_list(by, flat=True)[WINDOW - 1 : WINDOW])
    return narrow(above.filter(**{f"{by}__lte": farthest[0]}) if farthest else above, filters, by)


def all_pages(photos: QuerySet[Photo], filters: Filters, size: int) -> Iterator[list[Photo]]:
    """All photos that match, in the order of `page`, so many at a time at most."""
    found = page(photos, filters, size=size)
    yield found.photos
    while found.next:
        found = page(photos, filters, found.next, size)
        yield found.photos


def _confidence(photo: Photo) -> float:
    return (photo.prediction and photo.prediction.confidence) or 0


def _walk(photos: QuerySet[Photo], filters: Filters, by: str) -> _Walk:
    """Along what waits for review where that is all one looks for, so that few that wait among
    very many photos are found at once."""
    waiting = Prediction.objects.filter(review__isnull=False)
    if filters.to_review and filters.predicted and not filters.batch:
        least = filters.confidence_at_least or 0
        of_label = waiting.filter(label=filters.predicted, confidence__gte=least)
        return _Walk(of_label, "confidence", rising_ids=True, path="prediction__")
    has_own_index = filters.owner or filters.batch
    is_dated = filters.uploaded_from or filters.uploaded_before
    if filters.to_review and not (has_own_index or is_dated):
        return _Walk(waiting, path="prediction__")
    return _Walk(photos, by)


def _horizon(walk: _Walk, after: Cursor | None, width: int) -> Cursor | None:
    """The last row of the window, if there are more behind it."""
    rows = walk.rows.filter(walk.behind(after)).order_by(*walk.order())
    ends = rows.values_list(walk.key, "id")[width - 1 : width + 1]
    return Cursor(*ends[0]) if len(ends) == 2 else None
