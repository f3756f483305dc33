"""What Ark relies on is busy or away: nothing is wrong, and trying again helps.

SQLite lets one transaction write at a time, and gives up waiting after its timeout; PostgreSQL
breaks off one of two transactions that wait for each other, and may be restarted or cut off. A
bucket may not answer for a while.
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
# By the beginning: connection_exception, too_many_connections, and the shutdowns of
# operator_intervention (PostgreSQL, appendix A)
_NO_CONNECTION = ("08", "53300", "57P")


def is_busy(error: BaseException | None) -> bool:
    if isinstance(error, BucketAway):
        return True
    if not isinstance(error, OperationalError):
        return False
    cause: Any = error.__cause__
    is_locked = getattr(cause, "sqlite_errorcode", 0) & 0xFF in _SQLITE
    return is_locked or getattr(cause, "sqlstate", "") in _POSTGRESQL


def is_unreachable(error: BaseException | None) -> bool:
    """Whether PostgreSQL cannot be connected to, or the connection was lost."""
    cause: Any = error.__cause__ if isinstance(error, OperationalError) else None
    state = getattr(cause, "sqlstate", "")  # None: of psycopg, and no server has said it
    return state is None or state.startswith(_NO_CONNECTION)


class AnswerWhenBusy:
    """Middleware: a 503 that says when to come again, as JSON or as a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        error = getattr(request, "failed_for_now", None)
        return _answer(request, error) if error and response.status_code == 500 else response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _answer(request, error) if _holds_for_now(error) else None


@receiver(got_request_exception)
def _note(request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Of what goes wrong outside the view, such as when the session is stored."""
    error = sys.exc_info()[1]
    if request is not None and _holds_for_now(error):
        request.failed_for_now = error  # type: ignore[attr-defined]


def _holds_for_now(error: BaseException | None) -> bool:
    return is_busy(error) or is_unreachable(error)


def _answer(request: HttpRequest, error: BaseException) -> HttpResponse:
    logger.warning("busy or away: %s %s: %s", request.method, request.path, error)
    if is_unreachable(error):  # it may have been lost while the last word was on its way
        detail = _("The server cannot reach its database just now. Try again in a few seconds.")
    else:
        detail = _("The server is busy just now. Nothing was changed; try again in a few seconds.")
    return error_answers.answer(
        request, 503, "busy", detail, as_json=_wants_json(request), retry_after_s=RETRY_AFTER_S
    )


def _wants_json(request: HttpRequest) -> bool:
    kinds = ["text/html", "application/json"]
    return request.get_preferred_type(kinds) == "application/json"
