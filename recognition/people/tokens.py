"""API tokens: made and shown once, found again by their digest, revoked.

A token is 256 random bits behind a prefix that scanners for leaked secrets can look for. Those
made by earlier versions are 40 hexadecimal digits, and serve on.
"""

from __future__ import annotations

import hashlib
import secrets
import string
import time
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from recognition.core import audit, locks
from recognition.core.statements.queries import Prepared
from recognition.models import ApiToken
from recognition.models.ids import time_ordered_uuid

PREFIX = "ark_"
MAX_A_PERSON = 50
USE_NOTED_EVERY = timedelta(minutes=1)
_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 43  # digits of this alphabet hold 256 bits
_SHOWN = len(PREFIX) + 4
_MAX_LENGTH = 100
_MAX_NOTED = 10_000

Scope = ApiToken.Scope

_with_digest = Prepared(
    lambda digest: ApiToken.objects.select_related("user").filter(digest=digest).order_by(), str
)
_noted: dict[UUID, float] = {}  # when this process last wrote, or tried to write, a token's use


class TooMany(Exception):
    """The person has as many tokens as anybody may have."""


class MadeBefore(Exception):
    """The same form was sent twice; the token was shown to whoever sent it first."""


def of(user: User) -> QuerySet[ApiToken]:
    """This person's tokens, newest first."""
    return ApiToken.objects.filter(user=user)


def make(
    user: User,
    name: str,
    scopes: Iterable[str],
    expires: datetime | None,
    by: User | None,
    form_id: UUID | None = None,
) -> tuple[ApiToken, str]:
    """A new token and, for the only time, what to send. by: None on the command line."""
    wanted = set(scopes)
    token = PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    row = ApiToken(
        id=_id_from(form_id, user) if form_id else time_ordered_uuid(),
        user=user,
        name=name,
        beginning=token[:_SHOWN],
        digest=digest_of(token),
        scopes=[scope.value for scope in Scope if scope in wanted],
        expires=expires,
    )
    with transaction.atomic():
        row.save(force_insert=True)
        _record(audit.Action.TOKEN_MADE, row, by)
    return row, token


def make_for_oneself(
    user: User, name: str, scopes: Iterable[str], expires: datetime | None, form_id: UUID | None
) -> tuple[ApiToken, str]:
    """The same for whoever is signed in, once for each form. Raises MadeBefore, TooMany."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two forms one after the other
        if form_id and of(user).filter(id=_id_from(form_id, user)).exists():
            raise MadeBefore
        if of(user).count() >= MAX_A_PERSON:
            raise TooMany
        return make(user, name, scopes, expires, user, form_id)


def find(token: str) -> ApiToken | None:
    """The row of a token, with its person; None if it is unknown, expired or a person's who may
    not sign in. One look at an index."""
    if not token or len(token) > _MAX_LENGTH or not token.isascii():
        return None
    found = _with_digest(digest_of(token))
    row = found[0] if found else None
    return row if row and row.user.is_active and not row.is_expired else None


def note_use(row: ApiToken, address: str | None) -> None:
    """Write that a token is being used, at most once a minute and without waiting for anybody: the
    request goes on if the database is busy."""
    now = time.monotonic()
    if row.last_used and row.last_used > timezone.now() - USE_NOTED_EVERY:
        return
    if now < _noted.get(row.id, float("-inf")) + USE_NOTED_EVERY.total_seconds():
        return
    if len(_noted) >= _MAX_NOTED:
        _noted.clear()
    _noted[row.id] = now
    used = timezone.now()
    not_lately = Q(last_used=None) | Q(last_used__lt=used - USE_NOTED_EVERY)
    try:
        with locks.not_waiting():
            ApiToken.objects.filter(not_lately, id=row.id).update(
                last_used=used, last_address=address or None
            )
    except DatabaseError:
        return  # the next request notes it


@transaction.atomic
def revoke(token: ApiToken, by: User | None) -> bool:
    """From now on it is refused. False if it was revoked before."""
    deleted, _ = ApiToken.objects.filter(id=token.id).delete()
    if deleted:
        _record(audit.Action.TOKEN_REVOKED, token, by)
    return bool(deleted)


@transaction.atomic
def revoke_all(user: User, by: User | None) -> int:
    """Revoke all tokens of a person, such as when the password changes; how many those were."""
    return sum(revoke(token, by) for token in of(user))


def counts(user_ids: Collection[int]) -> dict[int, int]:
    """How many tokens each of these people has; who has none is missing."""
    rows = ApiToken.objects.filter(user__in=user_ids).order_by()
    return dict(rows.values_list("user").annotate(Count("pk")))


def _id_from(form_id: UUID, user: User) -> UUID:
    """Nobody can take another person's."""
    return uuid5(form_id, f"token of {user.pk}")


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _record(action: audit.Action, row: ApiToken, by: User | None) -> None:
    audit.record(
        action,
        by,
        f"{row.user.get_username()}: {row}",
        token=str(row.id),
        owner=row.user_id,
        scopes=row.scopes,
        expires=row.expires.isoformat() if row.expires else None,
    )
