"""What happens beside signing in and out: the audit log hears of it, sessions begin."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.signals import (
    authentication_step_completed,
    password_changed,
    password_set,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from recognition.core import audit
from recognition.people.authentication import first_steps, sessions

Action = audit.Action


@receiver(user_logged_in, dispatch_uid="ark_signed_in")
def _signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    sessions.begin(request.session)
    first_steps.note_at_sign_in(request, user)
    methods = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    ways = [record.get("type") or record.get("method") for record in methods]
    audit.record(Action.SIGNED_IN, user, user, ways=ways)


@receiver(user_logged_out, dispatch_uid="ark_signed_out")
def _signed_out(user: User | None, **kwargs: Any) -> None:
    if user:
        audit.record(Action.SIGNED_OUT, user, user)


@receiver(user_login_failed, dispatch_uid="ark_sign_in_failed")
def _sign_in_failed(credentials: dict[str, Any], **kwargs: Any) -> None:
    """Under a name only if somebody has it: what else stands there may be a password."""
    name = str(credentials.get("username") or credentials.get("email") or "")
    known = User.objects.filter(username__iexact=name[:150]).first() if name else None
    audit.record(Action.SIGN_IN_FAILED, None, known or "", is_known=bool(known))


@receiver(authentication_failed, dispatch_uid="ark_factor_failed")
def _factor_failed(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    audit.record(Action.SIGN_IN_FAILED, None, user, is_known=True, factor=authenticator.type)


@receiver(authentication_step_completed, dispatch_uid="ark_reauthenticated")
def _proved_again(request: HttpRequest, **kwargs: Any) -> None:
    if kwargs.get("reauthenticated"):
        sessions.renew(request)


@receiver(password_changed, dispatch_uid="ark_password_changed")
@receiver(password_set, dispatch_uid="ark_password_set")
def _password_changed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """The others are over by the new password; they leave the list, too."""
    sessions.end_all(user, user, but=request.session.session_key)


@receiver(authenticator_added, dispatch_uid="ark_factor_added")
@receiver(authenticator_reset, dispatch_uid="ark_factor_reset")
def _factor_added(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    audit.record(Action.FACTOR_ADDED, user, user, factor=authenticator.type)


@receiver(authenticator_removed, dispatch_uid="ark_factor_removed")
def _factor_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    first_steps.factor_went(request)
    audit.record(Action.FACTOR_REMOVED, user, user, factor=authenticator.type)
