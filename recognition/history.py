"""Look through stored photos: filters, search, and pages.

A page begins after a cursor, so nothing is counted or skipped. It looks at no more than WINDOW
photos; if these hold too few that match, the next page goes on behind them. So each answer takes
about the same time, however rare the match and however many the photos. The ranges of `created`
that all this means are also what makes SQLite follow the index of the newest photos, whatever its
statistics say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from uuid import UUID

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from recognition.models import Label, Photo

PAGE_SIZE = 48
WINDOW = 20_000
CONFIDENCE = {"low": (0.0, 0.6), "middle": (0.6, 0.9), "high": (0.9, 1.01)}
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_FOREVER = datetime(9999, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Filters:
    """What to look for; what is empty does not narrow."""

    text: str = ""
    kind: str = ""
    label: str = ""
    state: str = ""
    confidence: str = ""
    batch: UUID | None = None

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True)
class Cursor:
    """A place in the list, newest first: just behind this photo."""

    created: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{(self.created - _EPOCH) // _MICROSECOND}-{self.id.hex}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        try:
            microseconds, _, photo_id = text.partition("-")
            return cls(_EPOCH + int(microseconds) * _MICROSECOND, UUID(photo_id))
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True)
class Page:
    photos: list[Photo]
    next: Cursor | None

    @property
    def is_full(self) -> bool:
        """Otherwise there is more to look through, but perhaps nothing more that matches."""
        return len(self.photos) == PAGE_SIZE


def page(photos: QuerySet[Photo], filters: Filters, after: Cursor | None = None) -> Page:
    """The newest photos that match, from behind `after` on."""
    candidates = photos.order_by("-created", "-id").filter(
        created__lte=after.created if after else _FOREVER
    )
    if after:
        candidates = candidates.exclude(created=after.created, id__gte=after.id)
    horizon = _horizon(candidates)
    if horizon:
        candidates = candidates.filter(created__gte=horizon.created).exclude(
            created=horizon.created, id__lt=horizon.id
        )
    found = list(_narrow(candidates, filters)[: PAGE_SIZE + 1])
    if len(found) > PAGE_SIZE:
        last = found[PAGE_SIZE - 1]
        return Page(found[:PAGE_SIZE], Cursor(last.created, last.id))
    return Page(found, horizon)


def _horizon(candidates: QuerySet[Photo]) -> Cursor | None:
    """The last photo of the window, if there are more behind it."""
    ends = candidates.values_list("created", "id")[WINDOW - 1 : WINDOW + 1]
    return Cursor(*ends[0]) if len(ends) == 2 else None


def _narrow(photos: QuerySet[Photo], filters: Filters) -> QuerySet[Photo]:
    if filters.batch:
        photos = photos.filter(batch=filters.batch)
    if filters.state:
        # An expression, because a plain comparison would lead the database to begin with all
        # predictions of that state, and not with the window.
        photos = photos.alias(state=Coalesce("prediction__state", Value(""))).filter(
            state=filters.state
        )
    if filters.kind:
        photos = photos.filter(_shown_label(kind=filters.kind))
    if filters.label:
        photos = photos.filter(_shown_label(slug=filters.label))
    if filters.confidence:
        at_least, below = CONFIDENCE[filters.confidence]
        photos = photos.filter(
            prediction__confidence__gte=at_least, prediction__confidence__lt=below
        )
    if filters.text:
        photos = photos.filter(_says(filters.text))
    return photos


def _shown_label(**wanted: str) -> Q:
    """The label that people set counts; without one, what the network says."""
    labels = list(Label.objects.filter(**wanted).values_list("id", flat=True))
    return Q(label__in=labels) | Q(label=None, prediction__label__in=labels)


def _says(text: str) -> Q:
    """The text is in the file's name, or in a name of what is shown, in either language."""
    labels = Label.objects.filter(Q(name_en__icontains=text) | Q(name_zh__icontains=text))
    ids = list(labels.values_list("id", flat=True))
    return (
        Q(name__icontains=text)
        | Q(prediction__fine__icontains=text)
        | Q(label__in=ids)
        | Q(prediction__label__in=ids)
    )
