"""Programs sign in with an API token: `Authorization: Token ark_…`, or `Bearer ark_…`."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from recognition.models import ApiToken
from recognition.people import tokens
from recognition.people.authentication import wrong_tokens

_WORDS = (b"token", b"bearer")


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        said = get_authorization_header(request).split()
        if not said or said[0].lower() not in _WORDS:
            return None
        if len(said) != 2:
            raise AuthenticationFailed(_("Send one API token: Authorization: Token ark_…"))
        token, address = said[1].decode("latin-1"), request.META.get("REMOTE_ADDR", "")
        digest = tokens.digest_of(token)
        if wait_s := wrong_tokens.wait_s(address, digest):
            raise Throttled(wait_s)
        row = tokens.find(token)
        if row is None:
            if wait_s := wrong_tokens.was_wrong(address, digest):
                raise Throttled(wait_s)
            raise AuthenticationFailed(
                _("This API token is unknown, revoked or expired. Make another one on the site.")
            )
        wrong_tokens.was_right(digest)
        tokens.note_use(row, address)
        return row.user, row

    def authenticate_header(self, request: Request) -> str:
        return "Token"
