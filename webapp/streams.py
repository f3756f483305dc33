"""Answers that are made while they are sent (exports, tables) hold a thread each: a few for one
person, a few for all."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from webapp.request_log import user_id
from webapp.server.limits import MAX_STREAMS, MAX_STREAMS_PER_CLIENT

_RETRY_AFTER_S = 60
_running: Counter[str] = Counter()
_lock = threading.Lock()


def few_at_once(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not response.streaming or isinstance(response, FileResponse):
            return response
        client = str(user_id(request) or request.META.get("REMOTE_ADDR", ""))
        if not _begin(client):
            response.close()
            return _busy(request)
        response._resource_closers.append(partial(_end, client))  # type: ignore[attr-defined]
        return response

    return middleware


def _begin(client: str) -> bool:
    with _lock:
        if _running[client] >= MAX_STREAMS_PER_CLIENT or _running.total() >= MAX_STREAMS:
            return False
        _running[client] += 1
        return True


def _end(client: str) -> None:
    with _lock:
        _running[client] -= 1
        if _running[client] <= 0:
            del _running[client]


def _busy(request: HttpRequest) -> HttpResponse:
    detail = _("Other downloads are still running. Wait until one has ended, then try again.")
    response: HttpResponse
    if request.path.startswith("/api/"):
        response = JsonResponse({"code": "busy", "detail": detail}, status=503)
    else:
        response = render(request, "503.html", {"detail": detail}, status=503)
    response["Retry-After"] = str(_RETRY_AFTER_S)
    return response
