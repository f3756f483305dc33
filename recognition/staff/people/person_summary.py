"""A person as a row of the list, and in figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import User
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from recognition.models import Profile
from recognition.people import quotas, roles, tokens
from recognition.people.authentication import sessions
from recognition.people.quotas import Usage


class Badge(NamedTuple):
    """style: a class of review.css."""

    text: str
    style: str


@dataclass(frozen=True)
class Row:
    person: User
    role: str
    state: Badge
    seen: datetime | None
    usage: Usage
    stored: str
    sessions: int
    tokens: int


def rows(people: Sequence[User]) -> list[Row]:
    ids = [person.pk for person in people]
    signed_in, held = sessions.counts(ids), tokens.counts(ids)
    return [_row(person, signed_in.get(person.pk, 0), held.get(person.pk, 0)) for person in people]


def _row(person: User, sessions: int, tokens: int) -> Row:
    profile = getattr(person, "profile", None)
    usage = quotas.usage_of(profile)
    return Row(
        person=person,
        role=str(roles.role_of(person).label),
        state=state(person, profile),
        seen=seen(person, profile),
        usage=usage,
        stored=stored(usage),
        sessions=sessions,
        tokens=tokens,
    )


def state(person: User, profile: Profile | None) -> Badge:
    if profile and profile.deletion_asked:
        return Badge(_("being deleted"), "is-bad")
    if not person.is_active:
        return Badge(_("inactive"), "is-warn")
    return Badge(_("active"), "is-good")


def seen(person: User, profile: Profile | None) -> datetime | None:
    """None if never."""
    times = [profile and profile.last_seen, person.last_login]
    return max((time for time in times if time), default=None)


def stored(usage: Usage) -> str:
    used = filesizeformat(usage.used_bytes)
    if not usage.limit_bytes:
        return used
    return _("%(used)s of %(limit)s") % {"used": used, "limit": filesizeformat(usage.limit_bytes)}
