"""How fast a person reviews, and how often they agree with the network and with others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from recognition.core.counting import Counted, count_up_to
from recognition.labels.tree import LabelTree
from recognition.models import REVIEWED_VIA, Decision
from recognition.review.shares import Share
from recognition.review.statistics import midnight

_COUNTED = 5000  # decisions
_LATEST = 2000  # decisions that are compared
_CHUNK = 500
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Pace:
    """Decisions that stand: in the last hour, since midnight, and in the last seven days."""

    hour: Counted
    today: Counted
    week: Counted


@dataclass(frozen=True)
class Agreement:
    """Of a person's latest decisions, one a photo.

    network: those that say what the network had answered, where it was in view. blind: the same
    where it was not. others: what somebody else decided about as well. later: those of these about
    which they did so afterwards. A broader label and a narrower one of it agree.
    """

    network: Share
    blind: Share
    others: Share
    later: Share


def today(person: User) -> Counted:
    return count_up_to(_made_since(person, midnight()), _COUNTED)


def pace(person: User) -> Pace:
    now = timezone.now()
    since = (now - timedelta(hours=1), midnight(), now - _WEEK)
    return Pace(*(count_up_to(_made_since(person, start), _COUNTED) for start in since))


def agreement(person: User) -> Agreement:
    columns = ("photo_id", "to_label_id", "at", "predicted_id", "blind")
    mine: dict[UUID, tuple[int, datetime]] = {}
    network: list[bool] = []
    blind: list[bool] = []
    rows = list(_made(person).filter(to_label__isnull=False).values_list(*columns)[:_LATEST])
    tree = LabelTree()
    for photo_id, label_id, at, predicted_id, why_blind in rows:
        if photo_id in mine:
            continue
        mine[photo_id] = (label_id, at)
        if predicted_id:
            (blind if why_blind else network).append(tree.is_right(predicted_id, label_id))
    others, later = _with_others(person, mine, tree)
    return Agreement(*(Share(sum(kind), len(kind)) for kind in (network, blind, others, later)))


def _with_others(
    person: User, mine: dict[UUID, tuple[int, datetime]], tree: LabelTree
) -> tuple[list[bool], list[bool]]:
    others, later = [], []
    for photo_id, (theirs, their_time) in _said_by_others(person, list(mine)).items():
        label_id, my_time = mine[photo_id]
        agrees = tree.is_right(theirs, label_id) or tree.is_right(label_id, theirs)
        others.append(agrees)
        if their_time > my_time:
            later.append(agrees)
    return others, later


def _said_by_others(person: User, photo_ids: Sequence[UUID]) -> dict[UUID, tuple[int, datetime]]:
    """The last label that somebody else gave each of these photos, if anybody did."""
    said = {}
    for first in range(0, len(photo_ids), _CHUNK):
        of_photos = _standing().filter(photo__in=photo_ids[first : first + _CHUNK])
        theirs = of_photos.exclude(by=person).filter(by__isnull=False, to_label__isnull=False)
        for photo_id, label_id, at in theirs.order_by("at", "id").values_list(
            "photo_id", "to_label_id", "at"
        ):
            said[photo_id] = (label_id, at)
    return said


def _made_since(person: User, start: datetime) -> QuerySet[Decision]:
    return _made(person).filter(at__gte=start)


def _made(person: User) -> QuerySet[Decision]:
    """Newest first, along the index of a person's decisions."""
    return _standing().filter(by=person).order_by("-at", "-id")


def _standing() -> QuerySet[Decision]:
    return Decision.objects.standing().filter(via__in=REVIEWED_VIA)
