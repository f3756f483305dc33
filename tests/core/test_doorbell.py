"""Redis between web and predictor, and its absence."""

from __future__ import annotations

import json
import threading
import time
import uuid
from unittest.mock import Mock

import pytest
import redis

from recognition import tasks
from recognition.core import doorbell


@pytest.fixture
def message(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Stands for sending the predictor's task to the broker."""
    send = Mock()
    monkeypatch.setattr(doorbell.current_app, "send_task", send)
    return send


def test_a_ring_sends_a_message(message: Mock) -> None:
    doorbell.ring()
    message.assert_called_once()


def test_a_second_ring_sends_nothing_while_the_first_is_on_its_way(message: Mock) -> None:
    doorbell.ring()
    doorbell.ring()
    message.assert_called_once()


def test_a_ring_after_the_answer_sends_another_message(message: Mock) -> None:
    doorbell.ring()
    doorbell.answer()
    doorbell.ring()
    assert message.call_count == 2


def test_a_ring_that_nobody_answers_is_forgotten(message: Mock) -> None:
    doorbell.ring()
    assert 0 < doorbell.connection().ttl("ark:bell") <= 5


def test_a_ring_puts_a_task_into_the_queue_of_the_predictor() -> None:
    doorbell.ring()
    [message] = doorbell.connection().lrange("predict", 0, -1)
    assert json.loads(message)["headers"]["task"] == tasks.predict_pending.name


def test_workers_are_heard_until_they_fall_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doorbell.workers_heard() == []
    doorbell.beat_heart("box:7")
    assert doorbell.workers_heard() == ["box:7"]
    later_s = time.time() + doorbell.HEARTBEAT_EXPIRES_S + 1
    monkeypatch.setattr(time, "time", lambda: later_s)
    assert doorbell.workers_heard() == []


@pytest.mark.usefixtures("no_redis")
def test_without_redis_nobody_is_disturbed(message: Mock) -> None:
    doorbell.ring()
    doorbell.answer()
    doorbell.beat_heart("box:7")
    doorbell.announce([uuid.uuid4()])
    message.assert_not_called()


@pytest.mark.usefixtures("no_redis")
def test_without_redis_whether_workers_live_is_not_known() -> None:
    with pytest.raises(redis.RedisError):
        doorbell.workers_heard()


def test_nobody_waits_for_what_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", Mock(side_effect=AssertionError))
    doorbell.wait_for(uuid.uuid4(), lambda: True, 30)


def test_waiting_ends_when_time_is_up() -> None:
    asked = Mock(return_value=False)
    doorbell.wait_for(uuid.uuid4(), asked, 0.05)
    assert asked.called


def test_waiting_ends_with_the_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without news the next look would be an hour away, and the test run out of time."""
    monkeypatch.setattr(doorbell, "_LOOK_AGAIN_S", 3600)
    photo_id = uuid.uuid4()
    settled, looked = threading.Event(), threading.Event()

    def is_settled() -> bool:
        looked.set()
        return settled.is_set()

    waiting = threading.Thread(target=doorbell.wait_for, args=(photo_id, is_settled, 3600))
    waiting.daemon = True
    waiting.start()
    assert looked.wait(30)
    doorbell.announce([uuid.uuid4()])  # somebody else's news
    settled.set()
    doorbell.announce([photo_id])
    waiting.join(30)
    assert not waiting.is_alive()


@pytest.mark.usefixtures("no_redis")
def test_without_redis_one_looks_for_oneself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorbell, "_POLL_WITHOUT_REDIS_S", 0.01)
    answers = iter([False, False, True])
    doorbell.wait_for(uuid.uuid4(), lambda: next(answers), 30)
    assert next(answers, "all asked") == "all asked"


def test_the_bell_rings_in_the_analysts_own_queue_and_once_is_enough() -> None:
    doorbell.ring_analyst()
    doorbell.ring_analyst()
    [message] = doorbell.connection().lrange("analyse", 0, -1)
    assert json.loads(message)["headers"]["task"] == tasks.analyse.name


@pytest.mark.usefixtures("no_redis")
def test_without_redis_nobody_rings() -> None:
    doorbell.ring_analyst()
