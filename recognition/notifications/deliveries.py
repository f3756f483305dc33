"""Deliveries in the database: written from events, claimed under a lease, settled, given up, gone.

A delivery is not due before all earlier ones of its subject to the same receiver are finished, so
that whoever listens hears of a photo in order. One that failed waits longer each time, and is given
up when TRIED_FOR is over. A receiver that failed is left alone for a while altogether, so that one
that is down is not asked for each of thousands.
"""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from recognition.core import leases
from recognition.models import Delivery, OutgoingEvent, Receiver

BATCH = 20
LEASE = timedelta(minutes=10)  # longer than a batch takes whose receiver is slow each time
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_REST = timedelta(minutes=5)  # of a receiver that is down
TRIED_FOR = timedelta(days=2)
KEPT_FOR = timedelta(days=30)
COUNTED = 1000
# What failed comes after what has not been tried: it may be the only one that is refused.
OTHERS_FIRST = timedelta(seconds=2)
DOWN = 3  # failures in a row after which a receiver was down, and is not merely choosy
_STEP = 500


def spread(now: datetime) -> int:
    """Write the deliveries of events that have none yet; how many events those were. An event that
    nobody wants any more goes."""
    new = OutgoingEvent.objects.filter(spread__isnull=True).order_by("id")
    return _spread(new, now) if new.exists() else 0  # mostly there are none: that takes no lock


@transaction.atomic
def _spread(new: QuerySet[OutgoingEvent], now: datetime) -> int:
    events = list(new.select_for_update()[:_STEP])
    active = list(Receiver.objects.filter(active=True, removed=None))
    made = [
        Delivery(event=event, receiver=receiver, subject=event.subject, since=now, due=now)
        for event in events
        for receiver in active
        if _is_told(receiver, event)
    ]
    Delivery.objects.bulk_create(made, ignore_conflicts=True, batch_size=_STEP)
    told = {delivery.event_id for delivery in made}
    OutgoingEvent.objects.filter(id__in=told).update(spread=now)
    OutgoingEvent.objects.filter(id__in={event.id for event in events} - told).delete()
    return len(events)


def _is_told(receiver: Receiver, event: OutgoingEvent) -> bool:
    return receiver.id == event.only_id if event.only_id else event.kind in receiver.events


def ready(now: datetime) -> list[Receiver]:
    """The receivers to whom something may be sent now, if there is anything."""
    rested = Receiver.objects.filter(active=True, removed=None).select_related("person")
    return [
        receiver
        for receiver in rested
        if receiver.paused_until is None or receiver.paused_until <= now
    ]


def has_due(receiver: Receiver, now: datetime) -> bool:
    """A look that takes no lock; what is due may still have to wait for an earlier one."""
    return Delivery.objects.filter(receiver=receiver, finished__isnull=True, due__lte=now).exists()


@transaction.atomic
def claim(receiver: Receiver, now: datetime) -> list[Delivery]:
    """Take what is due for this receiver under a lease, the oldest first, one of each subject."""
    claimed = Delivery.objects.filter(receiver=receiver, lease_expires__isnull=False)
    if claimed.exists():  # by somebody who is gone, mostly
        leases.given_up(claimed).update(**leases.NO_LEASE)
    waiting = Delivery.objects.filter(receiver=receiver, finished__isnull=True)
    earlier = waiting.filter(subject=OuterRef("subject"), event__lt=OuterRef("event"))
    due = waiting.filter(~Exists(earlier), lease_expires=None, due__lte=now).order_by("event")
    rows = list(due.select_for_update(of=("self",), skip_locked=True)[:BATCH])
    Delivery.objects.filter(id__in=[row.id for row in rows]).update(**leases.claimed(LEASE))
    events = OutgoingEvent.objects.in_bulk([row.event_id for row in rows])
    for row in rows:
        row.event = events[row.event_id]
        row.attempts += 1
    return sorted(rows, key=lambda row: (row.attempts > 1, row.event_id))  # likewise


def let_go(rows: list[Delivery]) -> None:
    """What was claimed and not tried waits again."""
    _held(rows).update(attempts=F("attempts") - 1, **leases.NO_LEASE)


def note_delivered(row: Delivery, now: datetime, status: int | None, answer: str) -> None:
    """It arrived, so the receiver is there; if it was down, what waits for it need not any more."""
    fields = {"status": status, "answer": answer, "error": "", "tried": now}
    _held([row]).update(finished=now, delivered=True, **fields, **leases.NO_LEASE)
    if not Receiver.objects.filter(id=row.receiver_id, failures__gt=0).exists():
        return  # nearly always
    with transaction.atomic():
        receiver = Receiver.objects.select_for_update(of=("self",)).get(id=row.receiver_id)
        if receiver.failures >= DOWN:
            waiting = Delivery.objects.filter(receiver=receiver, finished__isnull=True)
            waiting.filter(status=None, due__gt=now).update(due=now)
        Receiver.objects.filter(id=receiver.id).update(failures=0, paused_until=None)


def note_failed(
    row: Delivery,
    now: datetime,
    status: int | None,
    answer: str,
    error: str = "",
    asked_pause: timedelta = timedelta(),
) -> None:
    """It is tried again after a pause, unless it was a test or is too old by now.

    asked_pause: for how long the receiver wants to be left alone.
    """
    is_test = row.event.kind == OutgoingEvent.Kind.TEST
    finished = now if is_test or row.since <= now - TRIED_FOR else None
    tried = {"status": status, "answer": answer, "error": error, "tried": now}
    due = now + _pause(row.attempts, LONGEST_PAUSE)
    with transaction.atomic():
        if not is_test:  # by which somebody tries out an address
            due = max(due, _rest(row.receiver_id, now, asked_pause) + OTHERS_FIRST)
        _held([row]).update(due=due, finished=finished, **tried, **leases.NO_LEASE)


def _rest(receiver_id: UUID, now: datetime, asked_pause: timedelta) -> datetime:
    """Leave a receiver alone that has failed once more; until when."""
    receiver = Receiver.objects.select_for_update(of=("self",)).get(id=receiver_id)
    pause = _pause(receiver.failures + 1, LONGEST_REST)
    until = now + max(pause, min(asked_pause, LONGEST_PAUSE))
    Receiver.objects.filter(id=receiver_id).update(failures=F("failures") + 1, paused_until=until)
    return until


def switch_off(row: Delivery, because: Receiver.Off) -> None:
    """The receiver wants nothing more; what waits for it is given up when its time is over."""
    Receiver.objects.filter(id=row.receiver_id).update(active=False, off_because=because)


def retry(delivery_id: UUID, receiver: Receiver, now: datetime) -> bool:
    """Send it now, and for as long as a new one; False if it is not finished, or not there."""
    row = Delivery.objects.filter(id=delivery_id, receiver=receiver, finished__isnull=False)
    return bool(row.update(finished=None, delivered=False, since=now, due=now))


def give_up_old(now: datetime) -> int:
    """What has waited too long is given up, also for who was off or down all the time."""
    too_old = Delivery.objects.filter(finished__isnull=True, since__lte=now - TRIED_FOR * 1.5)
    given_up = 0
    while ids := list(too_old.filter(lease_expires=None).values_list("id", flat=True)[:_STEP]):
        given_up += Delivery.objects.filter(id__in=ids).update(finished=now)
    return given_up


def prune(now: datetime) -> int:
    """Old events go with their deliveries, and so does whatever belongs to removed receivers; in
    small steps. How many rows that were."""
    gone = 0
    for removed in Receiver.objects.exclude(removed=None):
        gone += _delete(Delivery.objects.filter(receiver=removed))
        OutgoingEvent.objects.filter(only=removed).update(only=None)
        removed.delete()
    old = OutgoingEvent.objects.filter(at__lt=now - KEPT_FOR).order_by("at")
    while ids := list(old.values_list("id", flat=True)[:_STEP]):
        with transaction.atomic():
            gone += _delete(Delivery.objects.filter(event__in=ids))
            gone += _delete(OutgoingEvent.objects.filter(id__in=ids))
    return gone


def counts(receivers: list[Receiver]) -> dict[UUID, int]:
    """How many wait for each, COUNTED at most."""
    found: dict[UUID, int] = defaultdict(int)
    for receiver in receivers:
        waiting = Delivery.objects.filter(receiver=receiver, finished__isnull=True)
        found[receiver.id] = waiting[:COUNTED].count()
    return found


def _delete(rows: QuerySet) -> int:
    gone = 0
    while ids := list(rows.values_list("pk", flat=True)[:_STEP]):
        some = rows.model._base_manager.filter(pk__in=ids)
        gone += some._raw_delete(some.db)
    return gone


def _held(rows: list[Delivery]) -> QuerySet[Delivery]:
    waiting = Delivery.objects.filter(id__in=[row.id for row in rows], finished__isnull=True)
    return leases.held(waiting)


def _pause(failures: int, longest: timedelta) -> timedelta:
    """Twice as long each time, up to `longest`; somewhat at random, so that not all come back at
    once."""
    pause = min(FIRST_PAUSE * 2 ** min(failures - 1, 20), longest)
    return pause * random.uniform(0.75, 1.0)  # noqa: S311
