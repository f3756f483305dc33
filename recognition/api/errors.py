"""Every error of the API has the same shape: {"code", "detail"}."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from recognition.labels.annotating import TooMany
from recognition.labels.boxes import InvalidBox
from recognition.photos.refusals import Refusal

# Nested deeply enough, JSON ends in a RecursionError.
_MALFORMED = (MultiPartParserError, BadRequest, UnreadablePostError, RecursionError)
_TOO_MUCH = (
    *("too_large", "too_many_pixels", "too_complex", "request_too_large"),
    *("quota_exceeded", "storage_quota_exceeded"),
)
_STATUS = {
    **dict.fromkeys(_TOO_MUCH, 413),
    "account_closed": status.HTTP_403_FORBIDDEN,
    "busy": status.HTTP_503_SERVICE_UNAVAILABLE,
}


class Refused(exceptions.APIException):
    """An upload that was refused, with the code and the advice of its refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail, refusal.code)
        self.status_code = _STATUS.get(refusal.code, status.HTTP_400_BAD_REQUEST)
        if self.status_code == status.HTTP_503_SERVICE_UNAVAILABLE:
            self.wait = 1  # seconds


class Unusable(exceptions.APIException):
    """A box, or a further label, that cannot be stored."""

    status_code = status.HTTP_400_BAD_REQUEST


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        error = Refused(Refusal("request_too_large"))
    elif isinstance(error, _MALFORMED):
        error = exceptions.ParseError(_("The request is not well-formed."))
    elif isinstance(error, InvalidBox):
        error = Unusable(str(error), "invalid_box")
    elif isinstance(error, TooMany):
        error = Unusable(str(error), "too_many_annotations")
    response = default_handler(error, context)
    if response is not None:
        response.data = _code_and_detail(error, response.data)
    return response


@csrf_exempt  # so that a POST, too, is told that there is nothing
def not_found(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"code": "not_found", "detail": _("Not found.")}, status=404)


def _code_and_detail(error: Exception, data: Any) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        return {"code": "invalid", "detail": _first_message(error.detail), "fields": data}
    detail = getattr(error, "detail", None)
    if detail is None:  # Django's Http404 and PermissionDenied
        detail = data["detail"]
    return {"code": getattr(detail, "code", "error"), "detail": str(detail)}


def _first_message(detail: Any) -> str:
    if isinstance(detail, dict):
        field, value = next(iter(detail.items()))
        return f"{field}: {_first_message(value)}"
    return _first_message(detail[0]) if isinstance(detail, list) else str(detail)
