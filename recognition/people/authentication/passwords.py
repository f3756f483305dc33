"""Passwords: changed, set for somebody else, and the first one of all."""

from __future__ import annotations

from contextlib import suppress

from django.contrib.auth.models import User
from django.db import transaction

from recognition.core import audit
from recognition.models import Profile
from recognition.people import profiles, tokens
from webapp.home import ARK_HOME, write_secret_file

FIRST_PASSWORD_FILE = ARK_HOME / "initial-admin-password"


@transaction.atomic
def change(
    user: User, password: str, by: User, *, revoke_tokens: bool, is_reset: bool = False
) -> None:
    """Set a password. Every session that the old one began ends; of who set their own, the present
    one goes on if the caller keeps it. Whoever has one from somebody else has to change it."""
    user.set_password(password)
    user.save(update_fields=["password"])
    is_own = by.pk == user.pk
    Profile.objects.filter(pk=profiles.of(user).pk).update(must_change_password=not is_own)
    if revoke_tokens:
        tokens.revoke_all(user, by)
    action = audit.Action.PASSWORD_RESET if is_reset else audit.Action.PASSWORD_CHANGED
    audit.record(action, by, user, tokens_revoked=revoke_tokens)
    if is_own and user.is_superuser:
        transaction.on_commit(forget_first_password)


def make_first_administrator(password: str) -> None:
    with transaction.atomic():
        user = User.objects.create_superuser("admin", password=password)
        Profile.objects.create(user=user, must_change_password=True)
        write_secret_file(FIRST_PASSWORD_FILE, password)


def look_after_first_password() -> None:
    """At a start: the file goes if its password is out of use, which else must be changed."""
    try:
        password = FIRST_PASSWORD_FILE.read_text().strip()
    except FileNotFoundError:
        return
    user = User.objects.filter(username="admin", is_active=True).first()
    if user and user.check_password(password):
        Profile.objects.filter(pk=profiles.of(user).pk).update(must_change_password=True)
    else:
        forget_first_password()


def forget_first_password() -> None:
    with suppress(FileNotFoundError):
        FIRST_PASSWORD_FILE.unlink()
