"""What a token may be used for. A person's own rights are needed besides.

Whoever only looks needs `read`; each view says what the rest needs. In a browser, with a session,
everything is in scope.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request

from recognition.models import ApiToken

Scope = ApiToken.Scope


class MayCall(IsAuthenticated):
    """Somebody is signed in, and the token's scopes hold this call. For every view of the API."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        require(request, needed(request.method or "", view))
        return True


def needed(method: str, view: Any) -> Scope | None:
    """The scope of a call; None where a view names none, and so lets tokens change nothing."""
    return Scope.READ if method in SAFE_METHODS else getattr(view, "token_scope", None)


def require(request: Request, scope: Scope | None) -> None:
    """Raises PermissionDenied with the code `token_scope`."""
    if not isinstance(request.auth, ApiToken):
        return
    if scope is None:
        raise MethodNotAllowed(request.method or "")
    if scope not in request.auth.scopes:
        text = _("This API token may not be used for that: it lacks the scope “%(scope)s”.")
        raise PermissionDenied(text % {"scope": scope.value}, "token_scope")
