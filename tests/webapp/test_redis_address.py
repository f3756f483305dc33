"""One address names a server, or the sentinels that know which server is the master."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from kombu import Connection

from tests.support.brokers import MASTER, WatchedRedis, watched_redis
from tests.support.instance import wait_until
from webapp import redis_address
from webapp.cache import RedisOrMemory
from webapp.redis_address import Pool, sentinels


@pytest.mark.parametrize(
    "url", ["redis://localhost", "unix:///a/redis.sock", "rediss://:secret@one,two/0"]
)
def test_other_addresses_stay_what_they_are(url: str) -> None:
    assert sentinels(url) is None


def test_sentinels_are_read() -> None:
    found = sentinels("sentinel://ark:a%2Fb@one:1,two,[::1]:3/mine/2?sentinel_password=c%2Fd")
    assert found is not None
    assert found.hosts == [("one", 1), ("two", 26379), ("::1", 3)]
    assert (found.master, found.database) == ("mine", 2)
    assert found.login == {"username": "ark", "password": "a/b"}
    assert found.own == {"password": "c/d"}


def test_neither_passwords_nor_a_database_are_needed() -> None:
    found = sentinels("sentinel://one/mine")
    assert found == ([("one", 26379)], "mine", 0, {}, {})


@pytest.mark.parametrize(
    "url",
    [
        *("sentinel://:secret@one:1", "sentinel://:secret@one:1/", "sentinel://:secret@/mine"),
        *("sentinel://:secret@one:x/mine", "sentinel://:secret@one:1,/mine"),
    ],
)
def test_what_is_wrong_is_said_without_the_password(url: str) -> None:
    with pytest.raises(ValueError, match="expected sentinel://") as error:
        sentinels(url)
    assert "secret" not in str(error.value)


def test_celery_is_told_each_sentinel() -> None:
    url = "sentinel://:a%2Fb@one:1,[::1]:3/mine/2"
    assert redis_address.for_celery(url) == "sentinel://:a%2Fb@one:1/2;sentinel://:a%2Fb@[::1]:3/2"
    assert redis_address.options_for_celery(url)["master_name"] == "mine"


def test_celery_has_a_name_of_its_own_for_sockets() -> None:
    assert redis_address.for_celery("unix:///a/redis.sock") == "redis+socket:///a/redis.sock"
    assert redis_address.for_celery("redis://one:1/2") == "redis://one:1/2"


@pytest.mark.parametrize("url", ["redis://one:1/2", "sentinel://one:1/mine"])
def test_celery_probes_a_silent_server(url: str) -> None:
    asked = redis_address.options_for_celery(url)["socket_keepalive_options"]
    assert (
        asked[socket.TCP_KEEPIDLE] + asked[socket.TCP_KEEPINTVL] * asked[socket.TCP_KEEPCNT] == 10
    )


@pytest.mark.parametrize("url", ["redis://one:1/2", "sentinel://one:1/mine"])
def test_so_does_whoever_waits_for_news(url: str) -> None:
    asked = Pool.from_url(url).connection_kwargs
    assert asked["socket_keepalive"]
    assert asked["socket_keepalive_options"][socket.TCP_KEEPIDLE] == 5


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WatchedRedis]:
    with watched_redis(tmp_path_factory.mktemp("redis")) as watched:
        yield watched


def test_the_cache_is_with_the_master(watched: WatchedRedis) -> None:
    options = settings.CACHES["default"]["OPTIONS"]
    one, other = (RedisOrMemory([watched.url], {"OPTIONS": options}) for _ in range(2))
    one.set("code", "used")
    one._memory.clear()
    other._memory.clear()
    assert other.get("code") == "used"


def test_when_the_master_dies_the_same_client_and_celery_find_the_next(
    watched: WatchedRedis,
) -> None:
    timeouts = {"socket_connect_timeout": 1, "socket_timeout": 2}
    client = redis.Redis(connection_pool=Pool.from_url(watched.url, **timeouts))
    assert client.info("replication")["connected_slaves"] == 1
    watched.kill_master()

    def writes() -> bool:
        try:
            return bool(client.set("a", 1))
        except redis.ConnectionError:
            return False

    wait_until(writes)
    assert watched.role(1) == "master"
    broker = Connection(
        redis_address.for_celery(watched.url),
        transport_options=redis_address.options_for_celery(watched.url),
    )
    with broker:
        queue = broker.SimpleQueue("doorbell")
        queue.put("ring")
        assert queue.get(timeout=10).payload == "ring"
    assert sentinels(watched.url).master == MASTER
