"""The browsers in which people are signed in: how many, and how a person is signed out of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db.models import Count
from django.utils import timezone

from recognition.core import audit


def sessions_of(user_ids: Collection[int]) -> dict[int, int]:
    """How many sessions each of these people has; who has none is missing."""
    if apps.is_installed("allauth.usersessions"):
        good = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
        listed = apps.get_app_config("usersessions").get_model("UserSession")._default_manager
        rows = listed.filter(user__in=user_ids, session_key__in=good).order_by()
        return dict(rows.values_list("user").annotate(Count("pk")))
    wanted = {str(user_id): user_id for user_id in user_ids}
    found = Counter(owner for _key, owner in _open_sessions() if owner in wanted)
    return {wanted[owner]: number for owner, number in found.items() if owner}


def sign_out_everywhere(user: User, by: User | None) -> int:
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
