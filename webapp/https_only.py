"""Programs that speak plain HTTP are told so, instead of being led to HTTPS: a redirect would hide
that their tokens travel in the clear each time.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _


def refuse_programs_without_https(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, to stand above the one that redirects browsers."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_program = request.path.startswith("/api/v1/")
        if is_program and settings.SECURE_SSL_REDIRECT and not request.is_secure():
            detail = _("Use https://. A token that came without it should be revoked.")
            return JsonResponse({"code": "https_required", "detail": detail}, status=403)
        return get_response(request)

    return middleware
