"""An answer that is not known yet: whoever asked waits, and no thread does.

A web server that can wait without a thread (webapp/server) says so in the request. Then a view sets
`response.wait`, and the content of the answer is what `finish` gives when it is time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

CAN_WAIT = "ark.can_wait"  # in request.META


@dataclass
class Wait:
    """Both functions take milliseconds, in whatever thread.

    finish: the status and the content of the answer.
    note: is told the status, for the log.
    """

    photo_id: UUID
    timeout_s: float
    is_over: Callable[[], bool]
    finish: Callable[[], tuple[int, bytes]]
    note: Callable[[int], None] = lambda status: None

    def finish_if_over(self) -> tuple[int, bytes] | None:
        return self.finish() if self.is_over() else None
