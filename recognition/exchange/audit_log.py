"""The audit log read: narrowed, a page at a time, newest first.

A page begins behind an event, so that nothing is counted or skipped; each filter has an index in
the same order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from recognition.models import AuditEvent

PAGE_SIZE = 50
_CHUNK = 1000


@dataclass(frozen=True)
class Filters:
    """What to look for; what is empty does not narrow. who: a name."""

    who: str = ""
    what: str = ""
    address: str | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class Page:
    """next: the event behind which the next page begins, if there is one."""

    events: list[AuditEvent]
    next: UUID | None


def page(filters: Filters, after: UUID | None = None, size: int = PAGE_SIZE) -> Page:
    found = list(_behind(_matching(filters), after)[: size + 1])
    return Page(found[:size], found[size - 1].id if len(found) > size else None)


def everything(filters: Filters) -> Iterator[AuditEvent]:
    """All that match, newest first, however many; read in small pieces, so that no transaction
    lasts."""
    after: UUID | None = None
    while True:
        found = page(filters, after, _CHUNK)
        yield from found.events
        after = found.next
        if after is None:
            return


def _matching(filters: Filters) -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.order_by("-at", "-id")
    if filters.who:
        events = events.filter(user_name=filters.who)
    if filters.what:
        events = events.filter(action=filters.what)
    if filters.address:
        events = events.filter(address=filters.address)
    if filters.since:
        events = events.filter(at__gte=filters.since)
    if filters.before:
        events = events.filter(at__lt=filters.before)
    return events


def _behind(events: QuerySet[AuditEvent], after: UUID | None) -> QuerySet[AuditEvent]:
    """Behind an event that is gone there is nothing: it was older than all that are kept."""
    if after is None:
        return events
    at = AuditEvent.objects.filter(id=after).values_list("at", flat=True).first()
    if at is None:
        return events.none()
    return events.filter(Q(at__lte=at) & ~Q(at=at, id__gte=after))
