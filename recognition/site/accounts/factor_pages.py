"""Second factors: the page of all, and being asked for one."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled

from recognition.people.authentication import first_steps


class Factors(IndexView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        must_add = first_steps.must_add_factor(self.request)
        return super().get_context_data(**kwargs, must_add_factor=must_add)


class AskForFactor(AuthenticateView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.stage.login.user
        has_passkey = is_mfa_enabled(user, [Authenticator.Type.WEBAUTHN])
        return {**super().get_context_data(**kwargs), "has_passkey": has_passkey}
