"""Workers are heard while they live and work."""

from __future__ import annotations

import time

import pytest
import redis

from recognition.core import heartbeats, redis_client
from recognition.core.process import worker_name
from tests.support.instance import wait_until


def test_workers_are_heard_until_they_fall_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert heartbeats.workers_heard() == []
    heartbeats.beat("box:7")
    assert heartbeats.workers_heard() == ["box:7"]
    later_s = time.time() + heartbeats.EXPIRES_S + 1
    monkeypatch.setattr(time, "time", lambda: later_s)
    assert heartbeats.workers_heard() == []


@pytest.mark.usefixtures("no_redis")
def test_without_redis_whether_workers_live_is_not_known() -> None:
    with pytest.raises(redis.RedisError):
        heartbeats.workers_heard()


def test_who_works_long_stays_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeats, "_BEAT_S", 0.05)
    with heartbeats.beating(heartbeats.TEACHER):
        for _ in range(2):
            wait_until(lambda: heartbeats.workers_heard(heartbeats.TEACHER) == [worker_name()])
            redis_client.connection().delete("ark:heartbeats:teacher")


@pytest.mark.usefixtures("no_redis")
def test_without_redis_the_work_goes_on() -> None:
    with heartbeats.beating(heartbeats.TEACHER):
        heartbeats.beat("box:7")
