"""Second factors: who needs one, who has one, and taking them from who has lost theirs."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from recognition.core import audit

_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_one(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=_FACTORS).exists()


def is_asked_of(user: User) -> bool:
    """Whether this instance wants this person to have one. Who has no password here has proved
    elsewhere who they are, and that place asks for what it wants."""
    asked_of = settings.ARK_REQUIRE_MFA
    is_asked = asked_of == "all" or (asked_of == "staff" and user.is_staff)
    return is_asked and user.has_usable_password()


@transaction.atomic
def remove_all(user: User, by: User | None) -> int:
    """For somebody who has lost a phone or a key: the password alone is enough again."""
    count: int = Authenticator.objects.filter(user=user).delete()[0]
    if count:
        audit.record(audit.Action.FACTOR_REMOVED, by, user, factor="all")
    return count
