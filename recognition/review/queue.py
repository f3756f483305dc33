"""The review queue: which photos a reviewer gets next.

Photos of which their owner has suggested something come first, whatever the ordering. Each ordering
walks an index that holds nothing but the waiting predictions. A photo is handed out under a lease
(`leases`); near-duplicates of what was just seen are put off, and a burst is shown with one of its
photos (`bursts`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from recognition.core.counting import Counted, count_up_to, total
from recognition.labels import asking
from recognition.models import Decision, Photo, Prediction, Question
from recognition.models.photo import together
from recognition.photos import selectors
from recognition.review import drift, leases, statistics

_COUNTED = 10_000
_WINDOW = 200  # photos from which the next ones are chosen
_WIDE_WINDOW = 2000  # photos that are searched for those that fit filters or are one's own
_JUST_NOW = timedelta(hours=1)
_JUST_DECIDED = 20
_ATTEMPTS = 5  # to lease what somebody else leased at the same instant


class Ordering(models.TextChoices):
    """What to look at first."""

    MARGIN = "margin", _("least certain")
    DISAGREEMENT = "disagreement", _("contradicted labels")
    NOVELTY = "novelty", _("unlike all labelled")
    NEWEST = "newest", _("newest")
    DRIFT = "drift", _("unlike all labelled, of this week")
    QUESTIONS = "questions", _("questions to an expert")


@dataclass(frozen=True)
class Filters:
    """Which predictions to review; an empty field does not restrict them."""

    kind: str = ""
    label_id: int | None = None

    def fits(self, kind: str, label_id: int | None) -> bool:
        return self.kind in ("", kind) and self.label_id in (None, label_id)


@dataclass(frozen=True)
class Progress:
    """remaining: predictions to review. labelled: the share of all photos, 0 to 1; None if nobody
    has counted them yet."""

    remaining: Counted
    labelled: float | None


EVERYTHING = Filters()
_WAITING = Q(review__isnull=False)
_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
# For each ordering the condition and the columns of an index of Prediction. The ranges exclude
# nothing, but make SQLite follow just this index.
_INDEXES = {
    Ordering.MARGIN: (_WAITING & Q(margin__gte=-1), ("margin", "id")),
    Ordering.DISAGREEMENT: (Q(disagreement__gte=-1), ("-disagreement", "id")),
    Ordering.NOVELTY: (_WAITING & Q(novelty__gte=-1), ("-novelty", "id")),
    Ordering.NEWEST: (_WAITING & Q(created__lt=_FOREVER), ("-created", "-id")),
}


def claim(
    reviewer: User,
    ordering: Ordering,
    count: int,
    known: Collection[UUID] = (),
    skipped: Collection[UUID] = (),
    filters: Filters = EVERYTHING,
) -> list[UUID]:
    """Lease the next `count` photos that this reviewer may see, those with a suggestion first;
    fewer if there are not so many.

    known: photos that they hold already. skipped: photos that they do not want now.
    """
    leased: list[UUID] = []
    elsewhere = _in_question() if ordering != Ordering.QUESTIONS else ()
    for _attempt in range(_ATTEMPTS):
        busy = set(leases.held_by_others(reviewer)).union(known, skipped, leased, elsewhere)
        chosen = _choose(reviewer, ordering, filters, busy, [*known, *leased], count - len(leased))
        held = leases.take(reviewer, chosen)
        mine = held & _still_waiting(chosen, ordering)
        leases.release(reviewer, held - mine)
        leased += [photo_id for photo_id in chosen if photo_id in mine]
        if len(leased) == count or not chosen:
            break
    return leased


def progress(ordering: Ordering, filters: Filters = EVERYTHING) -> Progress:
    """How much there is to review; no table is counted as a whole."""
    return Progress(_remaining(ordering, filters), statistics.share_labelled())


def _choose(
    reviewer: User,
    ordering: Ordering,
    filters: Filters,
    busy: Collection[UUID],
    before_them: Collection[UUID],
    count: int,
) -> list[UUID]:
    if ordering in _LISTS:  # nothing comes before it
        return _free(reviewer, _LISTS[ordering](), filters, busy, _WIDE_WINDOW)[:count]
    suggested = _free(reviewer, _suggested(), filters, busy, _WIDE_WINDOW)[:count]
    if len(suggested) == count:
        return suggested
    window = _WINDOW if _is_along_an_index(ordering, filters) else _WIDE_WINDOW
    free = _free(reviewer, _queue(ordering, filters), filters, {*busy, *suggested}, window)
    groups_seen = _groups_just_seen([*before_them, *suggested])
    free = _once_an_event(free[:_WINDOW], {*busy, *before_them, *suggested})
    return [*suggested, *_spread(free, count - len(suggested), groups_seen)]


def _suggested() -> QuerySet[Prediction]:
    """What waits with a suggestion of the owner, labelled or not, the oldest suggestion first."""
    return Prediction.objects.filter(suggested__lt=_FOREVER).order_by("suggested", "id")


def _questions() -> QuerySet[Question]:
    """What somebody asks, with what `_in_order` reads of a prediction."""
    return asking.open_questions().annotate(
        kind=F("photo__prediction__kind"), label_id=F("photo__prediction__label_id")
    )


def _in_question() -> list[UUID]:
    """Photos that wait for an answer, and for nothing else."""
    return list(asking.open_questions().values_list("photo_id", flat=True)[:_WIDE_WINDOW])


def _unlike() -> QuerySet[Prediction]:
    return drift.waiting().exclude(photo__in=_in_question())


# Orderings that are lists of a few.
_LISTS: dict[Ordering, Callable[[], QuerySet[Any]]] = {
    Ordering.QUESTIONS: _questions,
    Ordering.DRIFT: _unlike,
}


def _queue(ordering: Ordering, filters: Filters = EVERYTHING) -> QuerySet[Prediction]:
    """Along an index, so perhaps with predictions that do not fit the filters."""
    if ordering == Ordering.MARGIN and filters.label_id:  # the least confident first
        of_label = Prediction.objects.filter(_WAITING, label=filters.label_id)
        return of_label.order_by("confidence", "-id")
    condition, columns = _INDEXES[ordering]
    return Prediction.objects.filter(condition).order_by(*columns)


def _remaining(ordering: Ordering, filters: Filters) -> Counted:
    if ordering in _LISTS:
        listed = len(_in_order(_LISTS[ordering](), filters, _WIDE_WINDOW))
        is_all = listed < _WIDE_WINDOW
        return Counted(listed, is_exact=is_all, is_minimum=not is_all)
    found = total([_of_the_ordering(ordering, filters), _besides(ordering, filters)])
    asked = _asked_of(ordering, filters) if found.is_exact else 0
    return replace(found, number=max(0, found.number - asked))


def _asked_of(ordering: Ordering, filters: Filters) -> int:
    """How many of what the ordering holds wait for an answer instead."""
    reason = "disagreement" if ordering == Ordering.DISAGREEMENT else "review"
    asked = Prediction.objects.filter(
        Q(**{f"{reason}__isnull": False}) | Q(suggested__isnull=False), photo__in=_in_question()
    )
    return len(_in_order(asked, filters, _WIDE_WINDOW))


def _of_the_ordering(ordering: Ordering, filters: Filters) -> Counted:
    rows = _queue(ordering, filters)
    if not _is_along_an_index(ordering, filters):
        is_all = count_up_to(rows, _WIDE_WINDOW).is_exact
        number = len(_in_order(rows, filters, _WIDE_WINDOW))
        return Counted(number, is_exact=is_all, is_minimum=not is_all)
    counted = count_up_to(rows, _COUNTED)
    is_whole_queue = filters == EVERYTHING and ordering != Ordering.DISAGREEMENT
    return statistics.to_review() if is_whole_queue and not counted.is_exact else counted


def _besides(ordering: Ordering, filters: Filters) -> Counted:
    """Those with a suggestion that do not wait anyway."""
    reason = "disagreement" if ordering == Ordering.DISAGREEMENT else "review"
    rows = _suggested().filter(**{f"{reason}__isnull": True})
    found = len(_in_order(rows, filters, _WIDE_WINDOW))
    is_all = found < _WIDE_WINDOW
    return Counted(found, is_exact=is_all, is_minimum=not is_all)


def _is_along_an_index(ordering: Ordering, filters: Filters) -> bool:
    return filters == EVERYTHING or (ordering == Ordering.MARGIN and not filters.kind)


def _free(
    reviewer: User,
    rows: QuerySet[Any],
    filters: Filters,
    busy: Collection[UUID],
    window: int,
) -> list[UUID]:
    """The first photos of these rows that this reviewer may see and that nobody is busy with."""
    if reviewer.has_perm("recognition.view_all"):
        found = _in_order(rows, filters, window + len(busy))
        return [photo_id for photo_id in found if photo_id not in busy]
    found = _in_order(rows, filters, _WIDE_WINDOW)
    own = selectors.photos_visible_to(reviewer).filter(id__in=found)
    visible = set(own.values_list("id", flat=True)).difference(busy)
    return [photo_id for photo_id in found if photo_id in visible]


def _in_order(rows: QuerySet[Any], filters: Filters, window: int) -> list[UUID]:
    """Those of the first `window` photos of these rows that fit the filters."""
    first = rows.values_list("photo_id", "kind", "label_id")[:window]
    return [photo_id for photo_id, kind, label_id in first if filters.fits(kind, label_id)]


def _once_an_event(photo_ids: Sequence[UUID], in_hand: Collection[UUID]) -> list[UUID]:
    """Without photos of a burst of which somebody has another one before them, or has put it off:
    it is shown with the whole burst."""
    events = _column("event", [*photo_ids, *in_hand])
    seen = {events[photo_id] for photo_id in in_hand if photo_id in events}
    first: list[UUID] = []
    for photo_id in photo_ids:
        event = events.get(photo_id)
        if event not in seen:
            first.append(photo_id)
        if event:
            seen.add(event)
    return first


def _spread(photo_ids: Sequence[UUID], count: int, groups_seen: set[UUID]) -> list[UUID]:
    """The first `count` photos; near-duplicates come only when there is nothing else left."""
    groups = _groups(photo_ids)
    first: list[UUID] = []
    put_off: list[UUID] = []
    for photo_id in photo_ids:
        group = groups.get(photo_id)
        (put_off if group in groups_seen else first).append(photo_id)
        if group:
            groups_seen.add(group)
    return [*first, *put_off][:count]


def _groups_just_seen(before_them: Collection[UUID]) -> set[UUID]:
    # The range makes SQLite follow the index of the newest.
    just_now = Decision.objects.filter(at__gte=now() - _JUST_NOW)
    decided = just_now.values_list("photo_id", flat=True)[:_JUST_DECIDED]
    return set(_groups([*decided, *before_them]).values())


def _groups(photo_ids: Collection[UUID]) -> dict[UUID, UUID]:
    return _column(together(), photo_ids)


def _column(column: str | Coalesce, photo_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Of those photos that have it. (A condition for it would make SQLite read all photos.)"""
    rows = Photo.objects.filter(id__in=photo_ids).order_by().values_list("id", column)
    return {photo_id: value for photo_id, value in rows if value}


def _still_waiting(photo_ids: Collection[UUID], ordering: Ordering) -> set[UUID]:
    """Somebody may have decided about a photo after it was read from the queue."""
    if ordering == Ordering.QUESTIONS:
        return set(asking.open_of(photo_ids))
    predictions = Prediction.objects.filter(photo__in=photo_ids).order_by()
    rows = predictions.values_list("photo_id", "review", "disagreement", "suggested")
    return {photo_id for photo_id, *reasons in rows if any(why is not None for why in reasons)}
