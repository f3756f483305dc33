"""What somebody asked for and has ended lately: jobs, training runs, comparisons of their own.

Read from their tables, so that nothing more is written when they end. What a person has put away
stands in their profile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from recognition.core import jobs
from recognition.models import Comparison, Job, Profile, RunState, TrainingRun

SHOWN_FOR = timedelta(days=2)
MOST = 5
_MOST_REMEMBERED = 200
_LONGEST_ID = 80


@dataclass(frozen=True)
class Ended:
    """id: of this end; what is done again and ends again has another one."""

    id: str
    at: datetime
    what: Job | TrainingRun | Comparison


def unseen(user: User) -> list[Ended]:
    """The newest first, MOST at most; not what people cancelled themselves."""
    profile = Profile.objects.filter(user=user).only("seen_notices").first()
    seen = profile.seen_notices if profile else {}
    since = timezone.now() - SHOWN_FOR
    over = _told(user).filter(finished__gte=since).exclude(state=RunState.CANCELLED)
    runs = TrainingRun.objects.filter(by=user, finished__gte=since, experiment=None)
    runs = runs.exclude(state=RunState.CANCELLED)
    comparisons = Comparison.objects.filter(by=user, ended__gte=since)
    most = MOST + len(seen)
    found = [
        *_ended("job", over.select_related("version"), "finished", most),
        *_ended("run", runs.select_related("parent"), "finished", most),
        *_ended("comparison", comparisons.select_related("candidate", "baseline"), "ended", most),
    ]
    new = [one for one in found if one.id not in seen]
    return sorted(new, key=lambda one: one.at, reverse=True)[:MOST]


def _ended(kind: str, rows: QuerySet[Any], at: str, most: int) -> Iterator[Ended]:
    for row in rows.order_by(f"-{at}")[:most]:
        when: datetime = getattr(row, at)
        yield Ended(f"{kind}:{row.id}:{when.timestamp():.0f}", when, row)


def is_waiting(user: User) -> bool:
    """Whether something of theirs has not ended yet."""
    return (
        _told(user).filter(finished=None).exists()
        or TrainingRun.objects.filter(by=user, finished=None).exists()
        or Comparison.objects.filter(
            by=user, state__in=(Comparison.State.QUEUED, Comparison.State.RUNNING)
        ).exists()
    )


def _told(user: User) -> QuerySet[Job]:
    return Job.objects.filter(by=user).exclude(kind__in=jobs.UNLISTED)


@transaction.atomic
def put_away(user: User, ids: Iterable[str]) -> None:
    """They need not be shown any more, on no page; what is too old to be shown is forgotten."""
    now = timezone.now()
    Profile.objects.get_or_create(user=user)
    profile = Profile.objects.select_for_update().get(user=user)
    old = (now - SHOWN_FOR).isoformat()
    kept = {key: at for key, at in profile.seen_notices.items() if at > old}
    kept |= {key: now.isoformat() for key in ids if len(key) <= _LONGEST_ID}
    profile.seen_notices = dict(list(kept.items())[-_MOST_REMEMBERED:])
    profile.save(update_fields=["seen_notices"])
