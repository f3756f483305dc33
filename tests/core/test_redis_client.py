"""A Redis that does not answer costs little."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest
import redis

from recognition.core import redis_client, wakeups


@pytest.fixture
def hung_redis() -> Iterator[None]:
    """The tests' own server, stopped in its tracks."""
    client = redis_client.connection()
    pid = int(client.info("server")["process_id"])
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)
    redis_client.connection.cache_clear()
    assert redis_client.connection().ping()


def test_one_question_in_a_while_waits_for_a_hung_server(hung_redis: None) -> None:
    started_s = time.monotonic()
    for _ in range(50):
        wakeups.wake_predictor()
        with pytest.raises((redis.ConnectionError, redis.TimeoutError)):
            redis_client.connection().pipeline().incr("ark:test").execute()
    assert time.monotonic() - started_s < 20  # 50 would take 200 s


def test_it_is_asked_again_after_a_moment(
    hung_redis: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_client, "_ASKED_AGAIN_AFTER_S", 0.0)
    client = redis_client.connection()
    with pytest.raises(redis.TimeoutError):
        client.ping()
    with pytest.raises(redis.TimeoutError):  # not what an open breaker raises
        client.ping()


def test_a_wrong_command_does_not_make_it_away() -> None:
    client = redis_client.connection()
    with pytest.raises(redis.ResponseError):
        client.execute_command("NONSENSE")
    assert client.ping()
