"""Django's cache, with Redis and without."""

from __future__ import annotations

import pytest
from django.conf import settings

from webapp.cache import RedisOrMemory


@pytest.fixture(params=["Redis", "no Redis"])
def cache(request: pytest.FixtureRequest) -> RedisOrMemory:
    place = settings.REDIS_URL if request.param == "Redis" else "unix:///nowhere/redis.sock"
    options = settings.CACHES["default"]["OPTIONS"]
    cache = RedisOrMemory(place, {"OPTIONS": options, "KEY_PREFIX": "test"})
    cache._memory.clear()
    return cache


def test_keeps_values(cache: RedisOrMemory) -> None:
    cache.set("history", [1.5, 2.5], 60)
    assert cache.get("history") == [1.5, 2.5]
    assert cache.get("nothing", []) == []


def test_adds_once(cache: RedisOrMemory) -> None:
    assert [cache.add("lock", True, 60) for _ in range(2)] == [True, False]
    cache.delete("lock")
    assert cache.add("lock", True, 60)


def test_what_is_stored_is_text(cache: RedisOrMemory) -> None:
    with pytest.raises(TypeError):
        RedisOrMemory(settings.REDIS_URL, {"OPTIONS": settings.CACHES["default"]["OPTIONS"]}).set(
            "x", object()
        )
