"""What Ark relies on is busy or away: nothing is wrong, and trying again helps.

SQLite lets one transaction write at a time, and gives up waiting after its timeout; PostgreSQL
breaks off one of two transactions that wait for each other. A bucket may not answer for a while.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

from django.core.signals import got_request_exception
from django.db import OperationalError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from recognition.files.bucket import BucketAway
from webapp import error_answers

logger = logging.getLogger(__name__)

RETRY_AFTER_S = 5
_SQLITE = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED; further bits say more
_POSTGRESQL = ("40P01", "55P03")  # deadlock_detected, lock_not_available


def is_busy(error: BaseException | None) -> bool:
    if isinstance(error, BucketAway):
        return True
    if not isinstance(error, OperationalError):
        return False
    cause: Any = error.__cause__
    is_locked = getattr(cause, "sqlite_errorcode", 0) & 0xFF in _SQLITE
    return is_locked or getattr(cause, "sqlstate", "") in _POSTGRESQL


class AnswerWhenBusy:
    """Middleware: a 503 that says when to come again, as JSON or as a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if response.status_code == 500 and getattr(request, "was_busy", False):
            return _busy(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _busy(request) if is_busy(error) else None


@receiver(got_request_exception)
def _note(request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Of what goes wrong outside the view, such as when the session is stored."""
    if request is not None and is_busy(sys.exc_info()[1]):
        request.was_busy = True  # type: ignore[attr-defined]


def _busy(request: HttpRequest) -> HttpResponse:
    logger.warning(
        "the database or the bucket was busy for too long: %s %s", request.method, request.path
    )
    detail = _("The server is busy just now. Nothing was changed; try again in a few seconds.")
    return error_answers.answer(
        request, 503, "busy", detail, as_json=_wants_json(request), retry_after_s=RETRY_AFTER_S
    )


def _wants_json(request: HttpRequest) -> bool:
    kinds = ["text/html", "application/json"]
    return request.get_preferred_type(kinds) == "application/json"
