"""What somebody has to do before anything else. Kept in the session, so that looking is free."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest

from recognition.models import Profile
from recognition.people.authentication import factors

_CHANGE_PASSWORD = "ark_must_change_password"  # noqa: S105  no password
_HAS_FACTOR = "ark_has_factor"


def note_at_sign_in(request: HttpRequest, user: User) -> None:
    """Whoever is given another password later has to sign in with it, and comes here again."""
    if Profile.objects.filter(user=user, must_change_password=True).exists():
        request.session[_CHANGE_PASSWORD] = True


def must_change_password(request: HttpRequest) -> bool:
    if not request.session.get(_CHANGE_PASSWORD):
        return False
    due = Profile.objects.filter(must_change_password=True)
    is_due = isinstance(request.user, User) and due.filter(user=request.user).exists()
    if not is_due:
        del request.session[_CHANGE_PASSWORD]
    return is_due


def must_add_factor(request: HttpRequest) -> bool:
    if settings.ARK_REQUIRE_MFA == "none" or request.session.get(_HAS_FACTOR):
        return False
    user = request.user
    if not isinstance(user, User) or not factors.is_asked_of(user):
        return False
    has_one = factors.has_one(user)
    if has_one:
        request.session[_HAS_FACTOR] = True
    return not has_one


def factor_went(request: HttpRequest) -> None:
    request.session.pop(_HAS_FACTOR, None)
