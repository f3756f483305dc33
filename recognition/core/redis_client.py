"""The connection to Redis, and what is done while Redis is away.

Nothing in Redis is ever needed for a result to be right: the database is the queue, and a sweep
wakes the workers again for what was missed. While Redis is away photos wait longer; none is lost.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import redis
from django.conf import settings
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def connection() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=2)


@contextmanager
def may_be_away() -> Iterator[None]:
    """Inside, a Redis that cannot be reached is logged and does not matter otherwise."""
    try:
        yield
    except (redis.RedisError, OperationalError) as error:
        logger.warning("Redis is away; the sweep wakes the workers when it is back: %s", error)
