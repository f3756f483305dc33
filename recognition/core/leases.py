"""Leases: which worker works on a row, and until when.

A table with the columns `lease_owner`, `lease_expires` and `attempts` is a queue: a worker claims a
row under a lease, writes only while it holds it, and whatever lost its worker waits again. So a
worker that was thought dead cannot overwrite its successor.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

from recognition.core.process import dead_here, worker_name

_Row = TypeVar("_Row", bound=Model)

# No lease is longer (a job's is ten minutes). One that ends later was taken by a clock that was set
# back since, and would otherwise hold its row for as long as that was.
_LONGEST = timedelta(minutes=20)

FIELDS = ("lease_owner", "lease_expires", "attempts")
NO_LEASE: dict[str, Any] = {"lease_owner": "", "lease_expires": None}

_claimed_s = float("-inf")


def claimed(duration: timedelta) -> dict[str, Any]:
    """The columns of rows that this worker claims, for `update`; it is their next attempt."""
    owner, expires = _lease(duration)
    return {"lease_owner": owner, "lease_expires": expires, "attempts": F("attempts") + 1}


def claim(locked: Iterable[Any], duration: timedelta) -> None:
    """The same for rows that are locked and at hand. The caller saves their FIELDS."""
    owner, expires = _lease(duration)
    for row in locked:
        row.lease_owner, row.lease_expires, row.attempts = owner, expires, row.attempts + 1


def _lease(duration: timedelta) -> tuple[str, datetime]:
    global _claimed_s
    _claimed_s = time.monotonic()
    return worker_name(), timezone.now() + duration


def has_claimed_since(began_s: float) -> bool:
    """Whether this process has claimed anything since then (time.monotonic)."""
    return _claimed_s >= began_s


def held(running: QuerySet[_Row]) -> QuerySet[_Row]:
    """Those of the rows whose lease this worker still holds."""
    return held_by(worker_name(), running)


def held_by(worker: str, running: QuerySet[_Row]) -> QuerySet[_Row]:
    return running.filter(lease_owner=worker)


def lost(running: QuerySet[_Row]) -> QuerySet[_Row]:
    """Those of the rows whose worker is gone: the lease ran out, or its process, on this machine,
    is no more."""
    gone = dead_here(running.values_list("lease_owner", flat=True))
    now = timezone.now()
    is_over = Q(lease_expires__lt=now) | Q(lease_expires__gt=now + _longest())
    return running.filter(is_over | Q(lease_owner__in=gone))


def _longest() -> timedelta:
    return max(_LONGEST, 2 * timedelta(seconds=settings.ARK_LEASE_S))


def given_up(running: QuerySet[_Row]) -> QuerySet[_Row]:
    """Those that are lost, and those that this worker holds itself although it looks for work: it
    does one thing at a time, so it has left them unfinished."""
    return lost(running) | held(running)
