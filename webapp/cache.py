"""Django's cache in Redis; in the process' own memory while Redis is away.

It holds counters and what was used up, such as a code: losing them loosens a limit, no more.
"""

from __future__ import annotations

import json
import time
from typing import Any

import redis
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

_AGAIN_AFTER_S = 5.0  # a Redis that hangs costs seconds with each question


class Json:
    """Values as text that is safe to read."""

    def dumps(self, value: Any) -> str:
        return json.dumps(value)

    def loads(self, stored: bytes) -> Any:
        return json.loads(stored)


class RedisOrMemory(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._memory = LocMemCache("while-redis-is-away", {})
        self._away_until = 0.0

    def add(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try("add", key, *args, **kwargs))

    def get(self, key: Any, *args: Any, **kwargs: Any) -> Any:
        return self._try("get", key, *args, **kwargs)

    def set(self, key: Any, *args: Any, **kwargs: Any) -> None:
        self._try("set", key, *args, **kwargs)

    def delete(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try("delete", key, *args, **kwargs))

    def _try(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return getattr(super(), name)(*args, **kwargs)
            except redis.RedisError:
                self._away_until = time.monotonic() + _AGAIN_AFTER_S
        return getattr(self._memory, name)(*args, **kwargs)
