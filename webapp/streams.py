"""Answers that are made while they are sent (exports, tables) hold a thread each: a few for one
person, a few for all."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from recognition.core import client
from webapp import error_answers
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
        user = client.known_user(request)
        who = str((user and user.pk) or request.META.get("REMOTE_ADDR", ""))
        if not _begin(who):
            busy = _busy(request)
            busy._resource_closers += response._resource_closers  # type: ignore[attr-defined]
            return busy
        response._resource_closers.append(partial(_end, who))  # type: ignore[attr-defined]
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
    return error_answers.answer(request, 503, "busy", detail, retry_after_s=_RETRY_AFTER_S)
