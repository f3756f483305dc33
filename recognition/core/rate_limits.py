"""How often something may happen: counted in Redis, in windows that begin with the first time.

While Redis is away each process counts for itself, so that limits are wider but still there.
"""

from __future__ import annotations

import math
import threading
import time
from contextlib import suppress

import redis

from recognition.core import redis_client

_MAX_LOCAL_COUNTERS = 10_000


def hit(key: str, limit: int, period_s: float) -> int:
    """Count once more; 0, or, if that is more than `limit` in the period, the seconds to wait."""
    count, left_s = count_up(key, period_s)
    return math.ceil(left_s) if count > limit else 0


def count_up(key: str, period_s: float) -> tuple[int, float]:
    """How often it happened in this period, now included, and the seconds until the period ends."""
    name = _name(key)
    try:
        with redis_client.connection().pipeline(transaction=True) as pipeline:
            pipeline.set(name, 0, px=math.ceil(period_s * 1000), nx=True)
            pipeline.incr(name)
            pipeline.pttl(name)
            _set, count, left_ms = pipeline.execute()
    except redis.RedisError:
        return _local.count_up(name, period_s)
    return count, max(left_ms, 1) / 1000


def look(key: str) -> tuple[int, float]:
    """The same without counting; (0, 0.0) if it has not happened lately."""
    name = _name(key)
    try:
        with redis_client.connection().pipeline(transaction=True) as pipeline:
            pipeline.get(name)
            pipeline.pttl(name)
            count, left_ms = pipeline.execute()
    except redis.RedisError:
        return _local.look(name)
    return int(count or 0), max(left_ms, 0) / 1000


def take_back(key: str) -> None:
    """What was counted did not happen after all."""
    name = _name(key)
    _local.take_back(name)
    with suppress(redis.RedisError):
        connection = redis_client.connection()
        # Not below zero, and never a new key, which would stay for ever.
        if int(connection.get(name) or 0) > 0 and connection.decr(name) < 0:
            connection.delete(name)


def forget(*keys: str) -> None:
    """Begin anew."""
    names = [_name(key) for key in keys]
    _local.forget(names)
    with suppress(redis.RedisError):
        redis_client.connection().delete(*names)


def _name(key: str) -> str:
    return f"ark:limits:{key}"


class _LocalCounters:
    """What one process counts by itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: dict[str, tuple[int, float]] = {}  # count, when its period ends

    def count_up(self, name: str, period_s: float) -> tuple[int, float]:
        now = time.monotonic()
        with self._lock:
            count, end = self._counters.get(name, (0, 0.0))
            if end <= now:
                count, end = 0, now + period_s
            self._make_room(now)
            self._counters[name] = (count + 1, end)
        return count + 1, end - now

    def look(self, name: str) -> tuple[int, float]:
        count, end = self._counters.get(name, (0, 0.0))
        left_s = end - time.monotonic()
        return (count, left_s) if left_s > 0 else (0, 0.0)

    def take_back(self, name: str) -> None:
        with self._lock:
            if name in self._counters:
                count, end = self._counters[name]
                self._counters[name] = (max(count - 1, 0), end)

    def forget(self, names: list[str]) -> None:
        with self._lock:
            for name in names:
                self._counters.pop(name, None)

    def _make_room(self, now: float) -> None:
        if len(self._counters) < _MAX_LOCAL_COUNTERS:
            return
        self._counters = {
            name: counter for name, counter in self._counters.items() if counter[1] > now
        }
        if len(self._counters) >= _MAX_LOCAL_COUNTERS:  # a flood: begin anew, rather than grow
            self._counters.clear()


_local = _LocalCounters()
