"""Events, published through Redis: a photo is settled, another version has gone live."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

import redis

from recognition.core import redis_client

_LIVE = "ark:live"  # channels
_SETTLED = "ark:settled"
_PAUSE_WITHOUT_REDIS_S = 0.5
LOOK_AGAIN_S = 5.0  # an event may be lost while Redis restarts


def publish_settled(photo_ids: Iterable[UUID]) -> None:
    """Tell whoever waits for these photos that they are settled."""
    with redis_client.may_be_away():
        redis_client.connection().publish(_SETTLED, b"".join(each.bytes for each in photo_ids))


def publish_live_version() -> None:
    """Tell the predictors that another version has gone live."""
    with redis_client.may_be_away():
        redis_client.connection().publish(_LIVE, 1)


def live_version_events(timeout_s: float) -> Iterator[None]:
    """Yields without end: when another version may have gone live, at the latest after `timeout_s`.

    For a thread of its own. Without Redis it merely waits.
    """
    while True:
        try:
            with redis_client.connection().pubsub() as subscription:
                subscription.subscribe(_LIVE)
                while True:
                    yield
                    subscription.get_message(timeout=timeout_s)
        except redis.RedisError:
            time.sleep(timeout_s)
            yield


class _Listener(threading.Thread):
    """Hears for all who wait in this process, over one connection."""

    def __init__(self) -> None:
        super().__init__(name="settled photos", daemon=True)
        self.is_hearing = False
        self._lock = threading.Lock()
        self._waiting: dict[bytes, set[Callable[[], None]]] = {}

    @contextmanager
    def tell(self, photo_id: UUID, wake: Callable[[], None]) -> Iterator[None]:
        with self._lock:
            self._waiting.setdefault(photo_id.bytes, set()).add(wake)
        try:
            yield
        finally:
            with self._lock:
                self._waiting[photo_id.bytes].discard(wake)
                if not self._waiting[photo_id.bytes]:
                    del self._waiting[photo_id.bytes]

    def run(self) -> None:
        while True:
            try:
                with redis_client.connection().pubsub() as subscription:
                    subscription.subscribe(_SETTLED)
                    while True:
                        self._hear(subscription.get_message(timeout=LOOK_AGAIN_S))
            except (redis.RedisError, ValueError):  # what redis-py says of a closed socket
                self.is_hearing = False
                time.sleep(_PAUSE_WITHOUT_REDIS_S)

    def _hear(self, message: dict[str, object] | None) -> None:
        if message is None:
            return
        data = message["data"]
        with self._lock:
            if isinstance(data, bytes):
                ids = [data[start : start + 16] for start in range(0, len(data), 16)]
            else:  # the subscription is confirmed: what came before was missed
                self.is_hearing = True
                ids = list(self._waiting)
            woken = [wake for each in ids for wake in self._waiting.get(each, ())]
        for wake in woken:
            wake()


_listener: _Listener | None = None
_starting = threading.Lock()


def _listening() -> _Listener:
    """Its thread begins with the first who waits: processes fork before that."""
    global _listener
    with _starting:
        if _listener is None or not _listener.is_alive():
            _listener = _Listener()
            _listener.start()
        return _listener


@contextmanager
def when_settled(photo_id: UUID, wake: Callable[[], None]) -> Iterator[Callable[[], float]]:
    """Inside, `wake` is called, in another thread, when the photo may be settled. Yields how many
    seconds to wait for that, at most, before one looks for oneself."""
    listener = _listening()
    with listener.tell(photo_id, wake):
        yield lambda: LOOK_AGAIN_S if listener.is_hearing else _PAUSE_WITHOUT_REDIS_S


def wait_for(photo_id: UUID, is_settled: Callable[[], bool], timeout_s: float) -> None:
    """Return when `is_settled` says so, or after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    news = threading.Event()
    with when_settled(photo_id, news.set) as pause_s:
        while not is_settled() and (left_s := deadline - time.monotonic()) > 0:
            news.wait(min(left_s, pause_s()))
            news.clear()
