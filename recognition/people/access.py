"""What opens the API for a person: tokens. The one place that the pages of people ask."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

from django.apps import apps
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Manager

from recognition.core import audit


class Listed(NamedTuple):
    """A token as pages list it."""

    id: UUID
    name: str
    created: datetime
    last_used: datetime | None
    expires: datetime | None


def of(user: User) -> list[Listed]:
    """This person's tokens, newest first."""
    rows = _tokens().filter(user=user).order_by("-created")
    return [Listed(_id(row), f"{row.key[:6]}…", row.created, None, None) for row in rows]


def counts(user_ids: Collection[int]) -> dict[int, int]:
    """How many tokens each of these people has; who has none is missing."""
    rows = _tokens().filter(user__in=user_ids).order_by()
    return dict(rows.values_list("user").annotate(Count("pk")))


def end(user: User, token_id: UUID, by: User | None) -> None:
    """Revoke one of a person's tokens. Safe to do again."""
    with transaction.atomic():
        for row in _tokens().filter(user=user):
            if _id(row) == token_id:
                row.delete()
                audit.record(audit.Action.TOKEN_REVOKED, by, user)


def end_all(user: User, by: User | None) -> int:
    """Revoke all of a person's tokens, in the caller's transaction; return how many."""
    revoked = _tokens().filter(user=user).delete()[0]
    if revoked:
        audit.record(audit.Action.TOKEN_REVOKED, by, user, tokens=revoked)
    return revoked


def _tokens() -> Manager[Any]:
    return apps.get_app_config("authtoken").get_model("Token")._default_manager


def _id(row: Any) -> UUID:
    return uuid5(NAMESPACE_OID, row.key)
