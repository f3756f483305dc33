"""One line in the log for each request, and a name that binds its other lines together."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar, copy_context

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from recognition.core import client, tracing
from recognition.photos.uploads import MAY_SEND
from webapp import metrics

logger = logging.getLogger("webapp.access")

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_SANE_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_SECRETS = ("code", "token", "key")  # parts of addresses that let people in
_ASKED_ALL_THE_TIME = ("/healthz", "/readyz", "/metrics", f"/{settings.STATIC_URL.lstrip('/')}")


class RequestFilter(logging.Filter):
    """Puts the request's id, the client's address and the id of its trace, if there is one, on
    every record that is logged while it is served."""

    def filter(self, record: logging.LogRecord) -> bool:
        request_id, address = _request_id.get(), client.address.get()
        if request_id:
            record.request_id = request_id
        if address:
            record.address = address
        if trace_id := tracing.trace_id():
            record.trace_id = trace_id
        return True


def log_requests(get_response: Callable[[HttpRequest], HttpResponse]):  # type: ignore[no-untyped-def]
    """Middleware, to stand above all others."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = _id_of(request)
        token = _request_id.set(request_id)
        try:
            with tracing.serving():
                response = get_response(request)
                response["X-Request-ID"] = request_id
                wait = getattr(response, "wait", None)
                if wait:
                    wait.note = _noted_later(request, started)
                elif response.status_code != MAY_SEND:
                    _note(request, started, response.status_code)
                return response
        finally:
            _request_id.reset(token)

    return middleware


def _noted_later(request: HttpRequest, started: float) -> Callable[[int], None]:
    context = copy_context()  # another thread knows neither the request's id nor the address
    return lambda status: context.run(_note, request, started, status)


def _id_of(request: HttpRequest) -> str:
    """The one that a proxy gave, if it is fit to be logged."""
    given = request.headers.get("X-Request-ID", "")
    return given if _SANE_ID.fullmatch(given) else uuid.uuid4().hex


def _note(request: HttpRequest, started: float, status: int) -> None:
    seconds = time.perf_counter() - started
    metrics.observe_request(request, status, seconds)
    is_routine = status < 400 and request.path.startswith(_ASKED_ALL_THE_TIME)
    # The path without its query: that may hold what somebody searched for.
    path = _path_of(request)
    user = client.known_user(request)
    logger.log(
        logging.DEBUG if is_routine else logging.INFO,
        "%s %s %d in %.0f ms",
        request.method,
        path,
        status,
        1000 * seconds,
        extra={
            "method": request.method,
            "path": path,
            "status": status,
            "milliseconds": round(1000 * seconds, 1),
            "user": user and user.pk,
        },
    )


def _path_of(request: HttpRequest) -> str:
    """Without what lets whoever knows it in: codes of invitations, links to set a password."""
    path = request.path
    for name, value in (request.resolver_match.kwargs if request.resolver_match else {}).items():
        if name in _SECRETS and isinstance(value, str):
            path = path.replace(value, "…")
    return path
