"""When somebody was last seen: written every few minutes at most, of who is known anyway."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import DatabaseError
from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from recognition.core import client, locks
from recognition.models import Profile

logger = logging.getLogger(__name__)

EVERY_S = 5 * 60
_MOST_REMEMBERED = 10_000
_written_s: dict[int, float] = {}  # by this process, on its own clock


def note_who_is_here(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, to stand below the one that knows who is signed in."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        user = client.known_user(request)
        if user and request.path_info not in client.BY_ITSELF:
            note(user)
        return response

    return middleware


def note(user: User) -> None:
    """Once in EVERY_S; what goes wrong with it must not spoil an answer."""
    now_s = time.monotonic()
    if now_s < _written_s.get(user.pk, -EVERY_S) + EVERY_S:
        return
    if len(_written_s) >= _MOST_REMEMBERED:
        _written_s.clear()
    _written_s[user.pk] = now_s
    try:
        with locks.not_waiting():
            _write(user)
    except DatabaseError as error:
        logger.warning("when user %d was seen could not be written: %s", user.pk, error)


def _write(user: User) -> None:
    """Another process may have written it a moment ago."""
    now = timezone.now()
    row = Profile.objects.filter(user=user)
    is_old = Q(last_seen=None) | Q(last_seen__lt=now - timedelta(seconds=EVERY_S))
    if not row.filter(is_old).update(last_seen=now) and not row.exists():
        Profile.objects.get_or_create(user=user, defaults={"last_seen": now})
