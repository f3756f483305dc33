"""Counting how often something happens, with Redis and without."""

from __future__ import annotations

import threading
import time

import pytest

from recognition.core import rate_limits, redis_client


@pytest.fixture(params=["redis", "no redis"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "_local", rate_limits._LocalCounters())
    if request.param == "no redis":
        request.getfixturevalue("no_redis")


@pytest.mark.usefixtures("either_way")
class TestLimits:
    def test_the_limit_is_free_and_more_has_to_wait(self) -> None:
        assert [rate_limits.hit("a", 3, 60) > 0 for _ in range(5)] == [False] * 3 + [True] * 2

    def test_the_wait_is_until_the_period_ends(self) -> None:
        waits = [rate_limits.hit("a", 1, 40) for _ in range(2)]
        assert waits[0] == 0
        assert 35 <= waits[1] <= 40

    def test_after_the_period_it_begins_anew(self) -> None:
        rate_limits.hit("a", 1, 0.05)
        time.sleep(0.06)
        assert rate_limits.hit("a", 1, 60) == 0

    def test_keys_do_not_know_each_other(self) -> None:
        rate_limits.hit("a", 1, 60)
        assert rate_limits.hit("b", 1, 60) == 0

    def test_looking_counts_nothing(self) -> None:
        assert rate_limits.look("a") == (0, 0.0)
        rate_limits.count_up("a", 60)
        assert [rate_limits.look("a")[0] for _ in range(2)] == [1, 1]

    def test_what_is_taken_back_was_not_counted(self) -> None:
        rate_limits.hit("a", 1, 60)
        rate_limits.take_back("a")
        assert rate_limits.hit("a", 1, 60) == 0

    def test_what_is_forgotten_begins_anew(self) -> None:
        rate_limits.hit("a", 1, 60)
        rate_limits.forget("a")
        assert rate_limits.hit("a", 1, 60) == 0

    def test_none_of_many_at_once_is_missed(self) -> None:
        threads = [threading.Thread(target=rate_limits.count_up, args=("a", 60)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert rate_limits.look("a")[0] == 20


def test_every_counter_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    rate_limits.count_up("a", 60)
    rate_limits.take_back("a")
    rate_limits.take_back("never counted")
    connection = redis_client.connection()
    assert [connection.ttl(key) > 0 for key in connection.keys("ark:limits:*")] == [True]


@pytest.mark.usefixtures("no_redis")
def test_a_process_keeps_few_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "_MAX_LOCAL_COUNTERS", 10)
    monkeypatch.setattr(rate_limits, "_local", rate_limits._LocalCounters())
    for number in range(100):
        rate_limits.count_up(str(number), 60)
    assert len(rate_limits._local._counters) <= 10
