"""Invitations: how people come in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from recognition.core import audit
from recognition.models import Invitation, Role
from recognition.people import profiles, ranks, roles

VALID_DAYS = 7
_CODE_BYTES = 32


class Useless(Exception):
    """The invitation was used, revoked or is too old, or there was never such a one."""


def invite(role: Role, by: User | None, email: str = "", name: str = "") -> tuple[Invitation, str]:
    """An invitation, and the code that stands in its link: nobody can tell it afterwards.

    Raises ranks.NotAllowed.
    """
    if by and role not in roles.grantable(by):
        raise ranks.NotAllowed("role_above_you")
    code = secrets.token_urlsafe(_CODE_BYTES)
    with transaction.atomic():
        invitation = Invitation.objects.create(
            digest=_digest(code),
            role=role,
            email=email,
            name=name,
            by=by,
            expires=timezone.now() + timedelta(days=VALID_DAYS),
        )
        audit.record(
            audit.Action.PERSON_INVITED,
            by,
            invitation,
            role=Role(role).value,
            id=invitation.id.hex,
        )
    return invitation, code


def waiting() -> QuerySet[Invitation]:
    """Those that can still be used, newest first."""
    unused = Invitation.objects.filter(used=None, revoked=None, by__is_active=True)
    return unused.filter(expires__gt=timezone.now())


def find(code: str) -> Invitation:
    """Raises Useless."""
    invitation = waiting().filter(digest=_digest(code)).first()
    if invitation is None:
        raise Useless
    return invitation


def accept(code: str, username: str, password: str) -> User:
    """Make the account of whoever holds the code. Raises Useless; IntegrityError if somebody has
    that name."""
    with transaction.atomic():
        row = waiting().select_for_update(of=("self",)).filter(digest=_digest(code))
        invitation = row.select_related("by").first()
        # Whoever invited may have lost the right to do so.
        if invitation is None or invitation.role not in roles.grantable(_inviter(invitation)):
            raise Useless
        person = User.objects.create_user(username, invitation.email, password)
        roles.give(person, Role(invitation.role))
        profiles.of(person)
        Invitation.objects.filter(pk=invitation.pk).update(used=timezone.now())
        audit.record(
            audit.Action.PERSON_ADDED,
            person,
            person,
            role=invitation.role,
            invited_by=_inviter(invitation).get_username(),
        )
    return person


def revoke(invitation: Invitation, by: User | None) -> None:
    """Make its link useless. Safe to do again."""
    with transaction.atomic():
        unused = Invitation.objects.filter(pk=invitation.pk, used=None, revoked=None)
        if unused.update(revoked=timezone.now()):
            audit.record(audit.Action.PERSON_INVITED, by, invitation, revoked=True)


def revoke_of(person: User, by: User | None) -> None:
    """Make all links useless that this person has given out."""
    for invitation in Invitation.objects.filter(by=person, used=None, revoked=None):
        revoke(invitation, by)


def _inviter(invitation: Invitation) -> User:
    if invitation.by is None:  # `waiting` leaves these out
        raise Useless
    return invitation.by


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
