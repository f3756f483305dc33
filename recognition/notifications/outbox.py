"""The outbox: what happened that somebody wants to be told of, written together with it.

Whether anybody wants an event of a kind is remembered for a moment in each process, so that where
nobody does, which is nearly everywhere, a photo costs no query.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from recognition.models import OutgoingEvent, Receiver

Kind = OutgoingEvent.Kind
REMEMBERED_S = 2.0
_CHUNK = 500

_wanted: tuple[float, frozenset[str]] = (float("-inf"), frozenset())  # until when, and what


def is_wanted(kind: OutgoingEvent.Kind) -> bool:
    """Whether somebody wants to be told; what was switched on elsewhere counts a moment later."""
    global _wanted
    until_s, kinds = _wanted
    if time.monotonic() >= until_s:
        asked = Receiver.objects.filter(active=True, removed=None).values_list("events", flat=True)
        kinds = frozenset(kind for events in asked for kind in events)
        _wanted = time.monotonic() + REMEMBERED_S, kinds
    return kind in kinds


def forget() -> None:
    """What is wanted was changed."""
    global _wanted
    _wanted = (float("-inf"), frozenset())


def record_event(kind: OutgoingEvent.Kind, subject: object, **data: Any) -> None:
    """Something happened: call it in the transaction that makes it so.

    subject: what it is about, such as "photo:UUID"; events of one subject are delivered in their
    order. data: values that JSON knows; no names of people or files.
    """
    record_events(kind, [(str(subject), data)])


def record_events(kind: OutgoingEvent.Kind, happened: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """The same of many: subjects with their data, which is not looked at if nobody wants it."""
    if not is_wanted(kind):
        return
    with transaction.atomic():
        OutgoingEvent.objects.bulk_create(
            [OutgoingEvent(kind=kind, subject=about, data=data) for about, data in happened],
            batch_size=_CHUNK,
        )


def about_photo(photo_id: object) -> str:
    """The subject of events of a photo."""
    return f"photo:{photo_id}"
