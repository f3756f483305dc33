"""Every error of the API has the same shape: {"code", "detail"}; also what middleware, or nobody,
has caught."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt, requires_csrf_token
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from recognition.core import full_disk
from recognition.labels.annotating import TooMany
from recognition.labels.boxes import InvalidBox
from recognition.photos.refusals import Refusal
from recognition.photos.uploads import MEGABYTE, size_of
from webapp import error_answers

# Nested deeply enough, JSON ends in a RecursionError.
_MALFORMED = (MultiPartParserError, BadRequest, UnreadablePostError, RecursionError)
INSUFFICIENT_STORAGE = 507
_TOO_MUCH = (
    *("too_large", "too_many_pixels", "too_complex", "request_too_large", "fields_too_large"),
    *("quota_exceeded", "storage_quota_exceeded"),
)
_TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
_STATUS = {
    **dict.fromkeys(_TOO_MUCH, 413),
    "account_closed": status.HTTP_403_FORBIDDEN,
    "disk_full": INSUFFICIENT_STORAGE,
    "busy": status.HTTP_503_SERVICE_UNAVAILABLE,
}


class Refused(exceptions.APIException):
    """An upload that was refused, with the code of the first reason and the advice of all, a line
    each."""

    def __init__(self, refusal: Refusal, *others: Refusal) -> None:
        detail = "\n".join(each.detail for each in (refusal, *others))
        super().__init__(detail, refusal.code)
        self.status_code = _STATUS.get(refusal.code, status.HTTP_400_BAD_REQUEST)
        if self.status_code == status.HTTP_503_SERVICE_UNAVAILABLE:
            self.wait = 1  # seconds


class Unusable(exceptions.APIException):
    """A box, or a further label, that cannot be stored."""

    status_code = status.HTTP_400_BAD_REQUEST


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, _TOO_BIG):
        error = Refused(_what_is_too_much(error, context["request"]))
    elif isinstance(error, Http404):  # whose text names a class
        error = exceptions.NotFound(_("Not found."))
    elif isinstance(error, _MALFORMED) or isinstance(error.__context__, MultiPartParserError):
        error = exceptions.ParseError(_("The request is not well-formed."))
    elif isinstance(error, InvalidBox):
        error = Unusable(str(error), "invalid_box")
    elif isinstance(error, TooMany):
        error = Unusable(str(error), "too_many_annotations")
    elif full_disk.is_told_by(error):
        error = Refused(Refusal("disk_full"))
    response = default_handler(error, context)
    if response is not None:
        response.data = _code_and_detail(error, response.data)
    return response


@csrf_exempt  # so that a POST, too, is told that there is nothing
def not_found(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"code": "not_found", "detail": _("Not found.")}, status=404)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: what nobody caught, wherever it came from. A full disk is a 507."""
    is_full = full_disk.is_told_by(sys.exc_info()[1])
    if not error_answers.is_program(request):
        return _page_of_a_full_disk() if is_full else defaults.server_error(request)
    if is_full:
        refusal = Refusal("disk_full")
        return JsonResponse(
            {"code": refusal.code, "detail": refusal.detail}, status=INSUFFICIENT_STORAGE
        )
    detail = _("Something broke on our side. Try again in a moment.")
    return JsonResponse({"code": "error", "detail": detail}, status=500)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400, such as for a host that is not this one's."""
    if isinstance(exception, _TOO_BIG):
        refusal = _what_is_too_much(exception, request)
        return error_answers.answer(request, 413, refusal.code, refusal.detail)
    if not error_answers.is_program(request):
        return defaults.bad_request(request, exception)
    detail = _("The request is not well-formed.")
    return JsonResponse({"code": "bad_request", "detail": detail}, status=400)


def _what_is_too_much(error: Exception, request: HttpRequest | Request) -> Refusal:
    """Django says the same of files and of fields, of which it takes much less."""
    is_whole = size_of(request) > settings.ARK_MAX_BULK_MB * MEGABYTE
    is_of_files = is_whole or isinstance(error, TooManyFilesSent)
    return Refusal("request_too_large" if is_of_files else "fields_too_large")


def _page_of_a_full_disk() -> HttpResponse:
    return HttpResponse(render_to_string("507.html"), status=INSUFFICIENT_STORAGE)


def _code_and_detail(error: Exception, data: Any) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        return {"code": "invalid", "detail": _first_message(error.detail), "fields": data}
    detail = getattr(error, "detail", None)
    if detail is None:  # Django's PermissionDenied
        detail = data["detail"]
    return {"code": getattr(detail, "code", "error"), "detail": str(detail)}


def _first_message(detail: Any) -> str:
    if isinstance(detail, dict):
        field, value = next(iter(detail.items()))
        return f"{field}: {_first_message(value)}"
    return _first_message(detail[0]) if isinstance(detail, list) else str(detail)
