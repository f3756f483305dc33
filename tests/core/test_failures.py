"""What fails again and again is told, and no longer once it goes well."""

from __future__ import annotations

import pytest
import redis

from recognition.core import failures, heartbeats
from recognition.core.process import worker_name
from recognition.workers import loop


@pytest.fixture(autouse=True)
def _nothing_failed_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "_counts", {})
    monkeypatch.setattr(failures, "_told", {})
    heartbeats.beat(worker_name(), heartbeats.TEACHER)


def fail(times: int) -> None:
    for _time in range(times):
        failures.failed(heartbeats.TEACHER, "compare", ValueError("no such thing"))


def test_once_or_twice_is_an_accident() -> None:
    fail(failures.LASTING - 1)
    assert failures.lasting() == []


def test_what_fails_again_and_again_is_told_until_it_goes_well() -> None:
    fail(failures.LASTING + 1)
    [text] = failures.lasting()
    assert "teacher" in text
    assert "4 times" in text
    assert "no such thing" in text
    failures.went_well(heartbeats.TEACHER, "compare")
    assert failures.lasting() == []


def test_a_success_in_between_counts_from_the_start() -> None:
    fail(failures.LASTING - 1)
    failures.went_well(heartbeats.TEACHER, "compare")
    fail(failures.LASTING - 1)
    assert failures.lasting() == []


def test_a_worker_that_is_gone_is_not_believed_any_more() -> None:
    fail(failures.LASTING)
    from recognition.core import redis_client

    redis_client.connection().delete("ark:heartbeats:teacher")
    assert failures.lasting() == []


def test_each_job_of_a_loop_counts_by_itself() -> None:
    def broken() -> None:
        raise ValueError("no such thing")

    def whole() -> None:
        pass

    for _time in range(failures.LASTING):
        loop.run_each([broken, whole], heartbeats.TEACHER)
    [text] = failures.lasting()
    assert "broken" in text


@pytest.mark.usefixtures("no_redis")
def test_without_redis_the_work_goes_on_and_nobody_can_be_asked() -> None:
    fail(failures.LASTING)
    with pytest.raises(redis.RedisError):
        failures.lasting()
