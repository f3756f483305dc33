"""`?wait=SECONDS`: an answer that comes when the photo is done or failed."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from rest_framework import status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from recognition.api.errors import exception_handler
from recognition.photos import selectors
from webapp.server.waiting import CAN_WAIT, Wait


def when_settled(
    request: Request, photo_id: UUID, wait_s: float, answer: Callable[[], Response]
) -> Response:
    """`answer` is asked when it is time: by the web server, if it can wait, or else here."""

    def is_over() -> bool:
        return not selectors.is_waited_for(photo_id)

    if wait_s and request.META.get(CAN_WAIT):
        response = Response(status=status.HTTP_202_ACCEPTED)
        response.wait = Wait(photo_id, wait_s, is_over, lambda: _rendered(answer))  # type: ignore[attr-defined]
        return response
    if wait_s:
        selectors.wait_until_settled(photo_id, wait_s)
    return answer()


def _rendered(answer: Callable[[], Response]) -> tuple[int, bytes]:
    try:
        response = answer()
    except Exception as error:
        refused = exception_handler(error, {})
        if refused is None:
            raise
        response = refused
    return response.status_code, JSONRenderer().render(response.data)
