"""Look through stored photos: filters, search, and pages.

A page begins after a cursor, so nothing is counted or skipped. It looks at no more than WINDOW
rows of an index; if these hold too few that match, the next page goes on behind them. So each
answer takes about the same time, however rare the match and however many the photos. The ranges
that all this means are also what makes SQLite follow the index, whatever its statistics say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from recognition.labels import finding
from recognition.labels.tree import LabelTree
from recognition.models import Label, Photo, Prediction
from recognition.models.names import plain
from recognition.photos.selectors import containing

PAGE_SIZE = 48
WINDOW = 20_000
# As ConfidenceBand has them.
CONFIDENCE = {
    "guess": (0.0, 0.5),
    "perhaps": (0.5, 0.8),
    "probably": (0.8, 0.95),
    "sure": (0.95, 1.01),
}
_FEW_PAGES = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NAME = "n."
_HIGHEST = {"created": datetime(9999, 1, 1, tzinfo=UTC), "confidence": 2.0}


@dataclass(frozen=True)
class Filters:
    """What to look for; what is empty does not narrow. contains: a label's slug, of a subject."""

    text: str = ""
    kind: str = ""
    label: str = ""
    state: str = ""
    confidence: str = ""
    batch: UUID | None = None
    owner: str = ""
    predicted: Label | None = None
    confidence_at_least: float | None = None
    uploaded_from: datetime | None = None
    uploaded_before: datetime | None = None
    to_review: bool = False
    contains: str = ""

    def __bool__(self) -> bool:
        return self != Filters()


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
    key: str = "created"
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

    def place_of(self, photo: Photo) -> Cursor:
        row = photo.prediction if self.path else photo
        return Cursor(getattr(row, self.key), row.id)  # type: ignore[union-attr]


def page(
    photos: QuerySet[Photo], filters: Filters, after: Cursor | None = None, size: int | None = None
) -> Page:
    """The photos that match, from behind `after` on: newest first, or most confident first if they
    are to be reviewed and of one predicted label (of one batch: only those of a page)."""
    size = size or PAGE_SIZE
    photos = _along_indexes(photos, filters)
    walk = _walk(photos, filters)
    if after and isinstance(after.key, datetime) != (walk.key == "created"):
        after = None  # from a list in another order
    candidates = photos.filter(walk.behind(after, walk.path)).order_by(*walk.order(walk.path))
    matching = _narrow(candidates, filters, walk)
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


def window(photos: QuerySet[Photo], filters: Filters, after: Cursor | None = None) -> Window:
    """What matches among the WINDOW newest behind `after`."""
    photos = _along_indexes(photos, filters)
    walk = _Walk(photos)
    end = _horizon(walk, after, WINDOW)
    within = photos.filter(walk.behind(after))
    return Window(_narrow(within.filter(walk.down_to(end)) if end else within, filters, walk), end)


def window_above(photos: QuerySet[Photo], filters: Filters, place: Cursor) -> QuerySet[Photo]:
    """What matches among the WINDOW next newer than `place`."""
    photos = _along_indexes(photos, filters)
    same = Q(created=place.key, id__lte=place.id)
    above = photos.filter(Q(created__gte=place.key) & ~same)
    ends = above.order_by("created", "id").values_list("created", flat=True)
    farthest = list(ends[WINDOW - 1 : WINDOW])
    within = above.filter(created__lte=farthest[0]) if farthest else above
    return _narrow(within, filters, _Walk(photos))


def all_pages(photos: QuerySet[Photo], filters: Filters, size: int) -> Iterator[list[Photo]]:
    """All photos that match, in the order of `page`, so many at a time at most."""
    found = page(photos, filters, size=size)
    yield found.photos
    while found.next:
        found = page(photos, filters, found.next, size)
        yield found.photos


def _confidence(photo: Photo) -> float:
    return (photo.prediction and photo.prediction.confidence) or 0


def _walk(photos: QuerySet[Photo], filters: Filters) -> _Walk:
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
    return _Walk(photos)


def _horizon(walk: _Walk, after: Cursor | None, width: int) -> Cursor | None:
    """The last row of the window, if there are more behind it."""
    rows = walk.rows.filter(walk.behind(after)).order_by(*walk.order())
    ends = rows.values_list(walk.key, "id")[width - 1 : width + 1]
    return Cursor(*ends[0]) if len(ends) == 2 else None


def _along_indexes(photos: QuerySet[Photo], filters: Filters) -> QuerySet[Photo]:
    """Narrow by what photos are stored in the order of."""
    if filters.batch:
        photos = photos.filter(batch=filters.batch)
    if filters.owner:
        # By key, because a join would lead SQLite to sort all of the owner's photos.
        owners = User.objects.filter(username=filters.owner)
        photos = photos.filter(owner__in=list(owners.values_list("id", flat=True)))
    if filters.uploaded_from:
        photos = photos.filter(created__gte=filters.uploaded_from)
    if filters.uploaded_before:
        photos = photos.filter(created__lt=filters.uploaded_before)
    return photos


def _narrow(photos: QuerySet[Photo], filters: Filters, walk: _Walk) -> QuerySet[Photo]:
    """Expressions stand where a plain comparison would lead the database to begin with all
    predictions that fit, and not with the window."""
    if filters.to_review and walk.path:
        photos = photos.filter(prediction__review__isnull=False)
    elif filters.to_review:
        photos = photos.alias(review=Coalesce("prediction__review", 0)).filter(review__gt=0)
    if filters.predicted and walk.path:
        photos = photos.filter(prediction__label=filters.predicted)
    elif filters.predicted:
        said = Coalesce("prediction__label", 0)
        photos = photos.alias(said=said).filter(said=filters.predicted.id)
    if filters.state:
        photos = photos.alias(state=Coalesce("prediction__state", Value(""))).filter(
            state=filters.state
        )
    if filters.contains:
        photos = photos.filter(containing(filters.contains))
    return _of_confidence(_of_label(photos, filters), filters)


def _of_label(photos: QuerySet[Photo], filters: Filters) -> QuerySet[Photo]:
    if filters.kind:
        photos = _showing(photos, kind=filters.kind)
    if filters.label:
        photos = _showing_or_below(photos, filters.label)
    return photos.filter(_says(filters.text)) if filters.text else photos


def _of_confidence(photos: QuerySet[Photo], filters: Filters) -> QuerySet[Photo]:
    if filters.confidence:
        at_least, below = CONFIDENCE[filters.confidence]
        photos = photos.filter(
            prediction__confidence__gte=at_least, prediction__confidence__lt=below
        )
    if filters.confidence_at_least:
        photos = photos.filter(prediction__confidence__gte=filters.confidence_at_least)
    return photos


def _showing(photos: QuerySet[Photo], **wanted: str) -> QuerySet[Photo]:
    """The label that people set counts; without one, what the network says."""
    return _showing_any(photos, list(Label.objects.filter(**wanted).values_list("id", flat=True)))


def _showing_or_below(photos: QuerySet[Photo], slug: str) -> QuerySet[Photo]:
    """Who asks for mammals asks for dogs too."""
    tree = LabelTree()
    if slug not in tree:
        return photos.none()
    return _showing_any(photos, [label.id for label in (tree[slug], *tree.below(tree[slug]))])


def _showing_any(photos: QuerySet[Photo], labels: Sequence[int]) -> QuerySet[Photo]:
    shown = Coalesce("label", "prediction__label")
    return photos.alias(shown=shown).filter(shown__in=labels)


def _says(text: str) -> Q:
    """The text is in the file's name, or in a name of what is shown, in either language."""
    ids = finding.containing(text)
    text = plain(text)
    return (
        Q(plain_name__contains=text)
        | Q(prediction__fine__icontains=text)
        | Q(label__in=ids)
        | Q(prediction__label__in=ids)
    )
