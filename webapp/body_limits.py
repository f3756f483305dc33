"""Only views that take files are sent large bodies, and only by whom they let in.

The web server asks before it reads on (`uploads.ASKS`): the request then goes the same way, without
its body, up to the view's own function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from recognition.photos import uploads
from recognition.photos.refusals import Refusal
from webapp import error_answers


class BodyLimits:
    """Middleware, to stand above what reads a body first: Django's CSRF protection."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: object, kwargs: object
    ) -> HttpResponse | None:
        size = uploads.size_of(request)
        if not _takes_files(view, request.method or ""):
            is_too_large = size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            if is_too_large or uploads.ASKS in request.META:
                return _too_large(request, "body_too_large")
            return None
        if size > settings.ARK_MAX_BULK_MB * uploads.MEGABYTE:
            return _too_large(request, "request_too_large")
        if uploads.ASKS in request.META:  # changes nothing, and the token may be in the body
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        request.META[uploads.WELCOME] = request.user.is_authenticated
        return None


def _takes_files(view: Callable[..., Any], method: str) -> bool:
    actions = getattr(view, "actions", None)  # of Django REST framework
    if actions:
        view = getattr(view.cls, actions.get(method.lower(), ""), view)  # type: ignore[attr-defined]
    return getattr(view, "takes_files", False)


def _too_large(request: HttpRequest, code: str) -> HttpResponse:
    return error_answers.answer(request, 413, code, Refusal(code).detail)
