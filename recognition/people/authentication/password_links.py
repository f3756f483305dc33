"""Links by which a person sets a new password, for who has forgotten theirs. Each works once."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from recognition.core import audit
from recognition.models import Profile
from recognition.people import profiles, ranks
from recognition.people.authentication import sessions


class Keys(NamedTuple):
    """What the address of the page is made of (Django's `PasswordResetConfirmView`)."""

    uidb64: str
    token: str


def make(user: User, by: User) -> Keys:
    """The old password works until the link is used. Raises ranks.NotAllowed."""
    with transaction.atomic():
        person = ranks.locked(user, by)
        audit.record(audit.Action.PASSWORD_RESET, by, person)
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    return Keys(uid, default_token_generator.make_token(person))


def used(person: User) -> None:
    """The person has just set a password by such a link."""
    with transaction.atomic():
        profiles.of(person)
        Profile.objects.filter(user=person).update(must_change_password=False)
        audit.record(audit.Action.PASSWORD_CHANGED, person, person, by_link=True)
    sessions.end_everywhere(person, person)
