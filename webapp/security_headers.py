"""Headers that every answer carries, static files included."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_NOT_USED = (
    *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation"),
    *("gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
    *("screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
)
_PERMISSIONS = ", ".join(
    (
        *(f"{feature}=()" for feature in _NOT_USED),
        "publickey-credentials-create=(self), publickey-credentials-get=(self)",
    )
)
_OLD_LANGUAGE_COOKIE = "django_language"


def add_headers(get_response: GetResponse) -> GetResponse:
    """Middleware, to stand above what answers for static files."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        _carry_language_over(request)
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        # What was made for one person is kept nowhere. Static files and pictures say it themselves.
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def _carry_language_over(request: HttpRequest) -> None:
    """The language that was chosen before the cookie had its new name."""
    name = settings.LANGUAGE_COOKIE_NAME
    if name not in request.COOKIES and _OLD_LANGUAGE_COOKIE in request.COOKIES:
        request.COOKIES[name] = request.COOKIES[_OLD_LANGUAGE_COOKIE]
