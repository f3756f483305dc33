"""The review queue: which photos come first, and who has which of them before them.

Each order walks an index that holds the waiting predictions alone. A photo is handed out under a
lease: nobody else gets it until it is decided about or the lease expires.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, models, transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from recognition import figures, selectors
from recognition.counting import Counted, count_up_to
from recognition.models import Decision, Photo, Prediction, ReviewLease

LEASE = timedelta(minutes=10)
_COUNTED = 10_000
_WINDOW = 200  # photos among which near-duplicates are put off
_WIDE_WINDOW = 2000  # photos that are looked through for those of a kind, or of one's own
_JUST_NOW = timedelta(hours=1)
_JUST_DECIDED = 20
_ATTEMPTS = 5  # to lease what somebody else leased at the same instant


class Ordering(models.TextChoices):
    """What to look at first."""

    MARGIN = "margin", _("least certain")
    DISAGREEMENT = "disagreement", _("contradicted labels")
    NOVELTY = "novelty", _("unlike all labelled")
    NEWEST = "newest", _("newest")


@dataclass(frozen=True)
class Narrowing:
    """Which predictions to review; what is empty does not narrow."""

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


EVERYTHING = Narrowing()
_WAITING = Q(review__isnull=False)
_FOREVER = datetime(9999, 1, 1, tzinfo=timezone.utc)
# The condition and the columns of an index of Prediction each. The ranges, which hold everything,
# make SQLite follow that index and no other.
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
    narrowing: Narrowing = EVERYTHING,
) -> list[UUID]:
    """Lease the next photos that this reviewer may see, and that are neither `known` (before them
    already) nor skipped."""
    leased: list[UUID] = []
    for _attempt in range(_ATTEMPTS):
        busy = _leased_by_others(reviewer).union(known, skipped, leased)
        free = _free(reviewer, ordering, narrowing, busy)[:_WINDOW]
        chosen = _spread(free, count - len(leased), _groups_just_seen([*known, *leased]))
        held = take(reviewer, chosen)
        mine = held & _still_waiting(chosen)
        release(reviewer, held - mine)
        leased += [photo_id for photo_id in chosen if photo_id in mine]
        if len(leased) == count or not chosen:
            break
    return leased


def take(reviewer: User, photo_ids: Collection[UUID]) -> set[UUID]:
    """Lease these photos, or renew their leases; return those that this reviewer holds now.

    Expired leases are taken over by an UPDATE of their own, and others are inserted in the order
    of their keys, so that this waits for nobody who waits for it.
    """
    expires = now() + LEASE
    leases = ReviewLease.objects.filter(photo__in=photo_ids)
    with transaction.atomic():
        mine_or_expired = leases.filter(Q(reviewer=reviewer) | Q(expires__lte=now()))
        locked = mine_or_expired.select_for_update(skip_locked=True)
        keys = list(locked.values_list("photo_id", flat=True))
        ReviewLease.objects.filter(photo__in=keys).update(reviewer=reviewer, expires=expires)
    missing = set(photo_ids) - set(leases.values_list("photo_id", flat=True))
    there = Photo.objects.filter(id__in=missing).order_by("id").values_list("id", flat=True)
    with suppress(IntegrityError):  # a photo was deleted just now
        ReviewLease.objects.bulk_create(
            [ReviewLease(photo_id=key, reviewer=reviewer, expires=expires) for key in there],
            ignore_conflicts=True,
        )
    return set(leases.filter(reviewer=reviewer).values_list("photo_id", flat=True))


def release(reviewer: User, photo_ids: Collection[UUID]) -> None:
    """Others can get these photos again."""
    ReviewLease.objects.filter(photo__in=photo_ids, reviewer=reviewer).delete()


def progress(ordering: Ordering, narrowing: Narrowing = EVERYTHING) -> Progress:
    """How much is left, and what share of the uploads is labelled; no whole table is counted."""
    return Progress(_remaining(ordering, narrowing), figures.share_labelled())


def with_others(reviewer: User) -> int:
    """How many photos other reviewers have before them."""
    return len(_leased_by_others(reviewer))


def _queue(ordering: Ordering, narrowing: Narrowing = EVERYTHING) -> QuerySet[Prediction]:
    """Along an index, so perhaps with more than what fits the narrowing."""
    if ordering == Ordering.MARGIN and narrowing.label_id:  # the least confident first
        of_label = Prediction.objects.filter(_WAITING, label=narrowing.label_id)
        return of_label.order_by("confidence", "-id")
    condition, columns = _INDEXES[ordering]
    return Prediction.objects.filter(condition).order_by(*columns)


def _remaining(ordering: Ordering, narrowing: Narrowing) -> Counted:
    rows = _queue(ordering, narrowing)
    if not _is_along_an_index(ordering, narrowing):
        is_all = count_up_to(rows, _WIDE_WINDOW).is_exact
        number = len(_in_order(ordering, narrowing, _WIDE_WINDOW))
        return Counted(number, is_exact=is_all, is_minimum=not is_all)
    counted = count_up_to(rows, _COUNTED)
    is_whole_queue = narrowing == EVERYTHING and ordering != Ordering.DISAGREEMENT
    return figures.to_review() if is_whole_queue and not counted.is_exact else counted


def _is_along_an_index(ordering: Ordering, narrowing: Narrowing) -> bool:
    return narrowing == EVERYTHING or (ordering == Ordering.MARGIN and not narrowing.kind)


def _free(
    reviewer: User, ordering: Ordering, narrowing: Narrowing, busy: set[UUID]
) -> Sequence[UUID]:
    """The first photos of the queue that this reviewer may see and that nobody is busy with."""
    if reviewer.has_perm("recognition.view_all"):
        window = _WINDOW if _is_along_an_index(ordering, narrowing) else _WIDE_WINDOW
        found = _in_order(ordering, narrowing, window + len(busy))
        return [photo_id for photo_id in found if photo_id not in busy]
    found = _in_order(ordering, narrowing, _WIDE_WINDOW)
    own = selectors.photos_visible_to(reviewer).filter(id__in=found)
    visible = set(own.values_list("id", flat=True)) - busy
    return [photo_id for photo_id in found if photo_id in visible]


def _in_order(ordering: Ordering, narrowing: Narrowing, window: int) -> list[UUID]:
    """Of the first photos of the queue those that fit."""
    rows = _queue(ordering, narrowing).values_list("photo_id", "kind", "label_id")[:window]
    return [photo_id for photo_id, kind, label_id in rows if narrowing.fits(kind, label_id)]


def _leased_by_others(reviewer: User) -> set[UUID]:
    leases = ReviewLease.objects.filter(expires__gt=now()).exclude(reviewer=reviewer)
    return set(leases.values_list("photo_id", flat=True))


def _spread(photo_ids: Sequence[UUID], count: int, groups_seen: set[UUID]) -> list[UUID]:
    """The first ones, near-duplicates put off for as long as there are others."""
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
    """Of those that have near-duplicates. (Asked for these alone, SQLite would look at all.)"""
    rows = Photo.objects.filter(id__in=photo_ids).order_by().values_list("id", "group")
    return {photo_id: group for photo_id, group in rows if group}


def _still_waiting(photo_ids: Collection[UUID]) -> set[UUID]:
    """Somebody may have decided about a photo after it was read from the queue."""
    predictions = Prediction.objects.filter(photo__in=photo_ids).order_by()
    rows = predictions.values_list("photo_id", "review", "disagreement")
    return {photo_id for photo_id, *reasons in rows if reasons != [None, None]}
