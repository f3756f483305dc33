"""Sessions of people: how long they last, where they are, and their end."""

from __future__ import annotations

import time

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from recognition.core import audit
from recognition.models import Profile

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
    if _BEGAN not in session:  # from before an upgrade
        session[_BEGAN] = now
    session[_SEEN] = now
    note(request)
    Profile.objects.update_or_create(user=request.user, defaults={"last_seen": timezone.now()})


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
