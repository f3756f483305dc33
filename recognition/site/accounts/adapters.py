"""What django-allauth asks this site."""

from __future__ import annotations

import base64
import logging
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recognition.people.authentication import secret_texts, sign_in_limits
from recognition.site.accounts.sign_in import too_many

# Instead of django-allauth's own; nothing is said of signing in and out, which everybody sees.
_MESSAGES = {
    "account/messages/password_changed.txt": gettext_lazy("Your password was changed."),
    "account/messages/password_set.txt": gettext_lazy("Your password was set."),
    "mfa/messages/totp_activated.txt": gettext_lazy("The app was set up."),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("The app was removed."),
    "mfa/messages/webauthn_added.txt": gettext_lazy("The passkey was added."),
    "mfa/messages/webauthn_removed.txt": gettext_lazy("The passkey was removed."),
    "mfa/messages/recovery_codes_generated.txt": gettext_lazy("New recovery codes were made."),
    "socialaccount/messages/account_connected.txt": gettext_lazy("The account was added."),
    "socialaccount/messages/account_disconnected.txt": gettext_lazy("The account was removed."),
}
logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # people are invited

    def get_client_ip(self, request: HttpRequest) -> str:
        """As webapp.client_address has it; a Unix socket is this machine's own."""
        return request.META.get("REMOTE_ADDR") or "127.0.0.1"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        wait_s = sign_in_limits.begin(_name(credentials))
        if wait_s:
            raise ImmediateHttpResponse(too_many(request, wait_s))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user:
            sign_in_limits.succeeded(_name(credentials))
        return user

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        text = message or _MESSAGES.get(message_template or "")
        if text:
            messages.add_message(request, level, str(text), extra_tags=extra_tags)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is away takes nothing away from what the mail tells of."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:  # SMTPException is one
            logger.error("Mail could not be sent: %s", error)


def _name(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username") or credentials.get("email") or "")


class FactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return secret_texts.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """What another SECRET_KEY has encrypted becomes a secret that nobody knows."""
        text = secret_texts.decrypt(encrypted_text)
        return base64.b32encode(secrets.token_bytes(20)).decode() if text is None else text

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)d") % {"number": count + 1}

    def _get_site_name(self) -> str:
        return f"Ark ({context.request.get_host()})"


class OidcAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return settings.ARK_OIDC_CREATE

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        user: User = super().save_user(request, sociallogin, form)
        user.groups.add(Group.objects.get(name="Uploader"))
        return user
