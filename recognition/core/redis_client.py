"""The connection to Redis, and what is done while it, or the broker, is away.

Nothing in Redis is ever needed for a result to be right: the database is the queue, and a sweep
wakes the workers again for what was missed. While Redis is away photos wait longer; none is lost.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.retry import Retry

from webapp.redis_address import Pool

logger = logging.getLogger(__name__)

_ASKED_AGAIN_AFTER_S = 2.0
_AWAY = (redis.ConnectionError, redis.TimeoutError, OperationalError)


class CircuitBreaker:
    """A server that did not answer is left alone for a moment: one that hangs would cost each
    request seconds."""

    def __init__(self) -> None:
        self._closed_again_s = 0.0

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Raises redis.ConnectionError at once while it is open."""
        if time.monotonic() < self._closed_again_s:
            raise redis.ConnectionError("It did not answer a moment ago.")
        try:
            yield
        except _AWAY:
            self._closed_again_s = time.monotonic() + _ASKED_AGAIN_AFTER_S
            raise


class _Client(redis.Redis):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.breaker = CircuitBreaker()

    def execute_command(self, *args: Any, **options: Any) -> Any:
        with self.breaker.guarding():
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: Any = True, shard_hint: Any = None) -> Pipeline:
        pipeline = _Pipeline(
            self.connection_pool, self.response_callbacks, bool(transaction), shard_hint
        )
        pipeline.breaker = self.breaker
        return pipeline


class _Pipeline(Pipeline):
    breaker: CircuitBreaker

    def execute(self, raise_on_error: bool = True) -> Any:
        with self.breaker.guarding():
            return super().execute(raise_on_error)


@lru_cache(maxsize=1)
def connection() -> redis.Redis:
    # A connection that the server closed while it was idle is opened anew; what takes too long is
    # not tried again.
    once_more = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
    return _Client(
        connection_pool=Pool.from_url(
            settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=2, retry=once_more
        )
    )


@contextmanager
def may_be_away() -> Iterator[None]:
    """Inside, a server that cannot be reached is logged and does not matter otherwise."""
    try:
        yield
    except (redis.RedisError, OperationalError) as error:
        name = "Redis" if isinstance(error, redis.RedisError) else "The broker"
        logger.warning("%s is away; the sweep wakes the workers when it is back: %s", name, error)
