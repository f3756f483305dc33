"""Sessions of people: how long they last, where they are, and their end."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone

from recognition.core import audit, locks

# In the session itself, so that looking costs nothing. Seconds since 1970.
_BEGAN = "ark_began"
_SEEN = "ark_seen"
_SEEN_EVERY_S = 300  # how exactly it is known when somebody was last seen


def begin(session: SessionBase) -> None:
    session[_BEGAN] = session[_SEEN] = int(time.time())


def is_over(session: SessionBase) -> bool:
    """Whether nobody has used it for too long, or it is too old."""
    if SESSION_KEY not in session or _BEGAN not in session:
        return False
    now = time.time()
    idle_s = now - session[_SEEN]
    is_idle = idle_s > max(settings.ARK_SESSION_IDLE_MINUTES * 60, _SEEN_EVERY_S)
    return is_idle or now - session[_BEGAN] > settings.SESSION_COOKIE_AGE


def saw(request: HttpRequest) -> None:
    """Note, once in a while, that somebody is there."""
    session = request.session
    now = int(time.time())
    if SESSION_KEY not in session or now - session.get(_SEEN, 0) < _SEEN_EVERY_S:
        return
    if not request.user.is_authenticated:  # switched off, or with another password now
        return
    was_modified = session.modified
    session.setdefault(_BEGAN, now)  # if it is from before an upgrade
    session[_SEEN] = now
    with suppress(DatabaseError, UpdateError), locks.not_waiting():  # the next request tries again
        session.save()
        note(request)
    session.modified = was_modified


def note(request: HttpRequest) -> None:
    """Where this session is used, for the list of sessions."""
    UserSession.objects.create_from_request(request)


def renew(request: HttpRequest) -> None:
    """A new key for the same session: whoever knows the old one knows nothing any more."""
    old = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


def of(user: User) -> list[UserSession]:
    """Those that are still good, the newest first."""
    found = UserSession.objects.purge_and_list(user)
    return sorted(found, key=lambda session: session.last_seen_at, reverse=True)


def end(session: UserSession, by: User) -> None:
    audit.record(audit.Action.SESSION_ENDED, by, session.user, address=session.ip)
    session.end()


def end_all(user: User, by: User, but: str | None = None) -> int:
    """End every session of somebody, except the one with this key; how many that were."""
    sessions = [one for one in UserSession.objects.filter(user=user) if one.session_key != but]
    for session in sessions:
        end(session, by)
    return len(sessions)


def counts(user_ids: Collection[int]) -> dict[int, int]:
    """How many sessions each of these people has; who has none is missing."""
    good = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    rows = UserSession.objects.filter(user__in=user_ids, session_key__in=good).order_by()
    return dict(rows.values_list("user").annotate(Count("pk")))


def end_everywhere(user: User, by: User | None) -> int:
    """End all sessions of a person; return how many those were.

    Whoever signs in meanwhile stays: to keep a person out, deactivate them first. Those that began
    before an upgrade stand in no list, so each session is looked at.
    """
    engine = import_module(settings.SESSION_ENGINE)
    keys = [key for key, owner in _open_sessions() if owner == str(user.pk)]
    for key in keys:
        engine.SessionStore(key).delete()
    if keys:
        audit.record(audit.Action.SESSION_ENDED, by, user, sessions=len(keys))
    return len(keys)


def _open_sessions() -> Iterator[tuple[str, str | None]]:
    """The keys of all sessions with the key of who is signed in, which stands inside of each."""
    rows = Session.objects.filter(expire_date__gt=timezone.now())
    for session in rows.iterator():
        yield session.session_key, session.get_decoded().get(SESSION_KEY)
