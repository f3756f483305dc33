"""An error as who asked can read it: {"code", "detail"} for programs, a page for people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


def is_program(request: HttpRequest) -> bool:
    """Whether it asks the API, whose answers are always JSON."""
    return request.path.startswith("/api/")


def answer(
    request: HttpRequest,
    status: int,
    code: str,
    detail: str,
    *,
    as_json: bool = False,
    retry_after_s: int = 0,
    **context: Any,
) -> HttpResponse:
    """The page is the template named after the status, with `detail` and the context.

    as_json: for others than programs, too.
    """
    response: HttpResponse
    if as_json or is_program(request):
        response = JsonResponse({"code": code, "detail": detail}, status=status)
    else:
        response = render(request, f"{status}.html", {"detail": detail, **context}, status=status)
    if retry_after_s:
        response["Retry-After"] = str(retry_after_s)
    return response
