"""The messenger: a thread of the analyst's process that tells others of what happened.

Sending is waiting, mostly, so it takes no processor of its own. Each receiver has its turn in a
thread, so that one that is slow holds up no other; nothing else in Ark waits for any of them.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

from django.db import close_old_connections, connection
from django.utils import timezone

from recognition.core import failures, heartbeats
from recognition.models import Receiver
from recognition.notifications import deliveries, receivers, sending

logger = logging.getLogger(__name__)

LOOK_S = 1.0
LOOK_WITHOUT_RECEIVERS_S = 5.0
CLEAN_EVERY = timedelta(hours=1)
_AT_ONCE = 8


class Messenger:
    """Of one process, in one thread that calls `look` again and again."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="messenger")
        self._busy: dict[UUID, Future[int]] = {}
        self._cleaned: datetime | None = None

    def look(self, now: datetime) -> bool:
        """Begin to send what is due; whether there is anybody to be told at all."""
        while deliveries.spread(now):
            pass
        self._clean_if_due(now)
        self._busy = {key: done for key, done in self._busy.items() if not done.done()}
        ready = deliveries.ready(now)
        for receiver in ready:
            if receiver.id not in self._busy and deliveries.has_due(receiver, now):
                self._busy[receiver.id] = self._pool.submit(_send, receiver)
        return bool(ready) or receivers.shown().exists()

    def wait(self) -> None:
        """Until all that is being sent has arrived or failed."""
        for done in list(self._busy.values()):
            done.result()

    def _clean_if_due(self, now: datetime) -> None:
        if self._cleaned is None or now - self._cleaned >= CLEAN_EVERY:
            self._cleaned = now
            deliveries.give_up_old(now)
            deliveries.prune(now)


def start() -> None:
    """Called once in the analyst's process."""
    threading.Thread(target=_run, name="messenger", daemon=True).start()


def _run() -> None:
    messenger, pause = Messenger(), threading.Event()
    while True:
        is_anybody = True
        try:
            close_old_connections()
            is_anybody = messenger.look(timezone.now())
            failures.went_well(heartbeats.ANALYST, "messenger")
        except Exception as error:
            logger.exception("the messenger failed")
            failures.failed(heartbeats.ANALYST, "messenger", error)
            connection.close()
        pause.wait(LOOK_S if is_anybody else LOOK_WITHOUT_RECEIVERS_S)


def _send(receiver: Receiver) -> int:
    try:
        return sending.send_due(receiver)
    except Exception:  # what was claimed is taken up again at the next look
        logger.exception("nothing could be sent to receiver %s", receiver.id)
        return 0
    finally:
        connection.close()
