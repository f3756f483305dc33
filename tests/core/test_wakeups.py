"""Workers are woken through Redis, once each."""

from __future__ import annotations

import json
from unittest.mock import Mock

import pytest

from recognition import tasks
from recognition.core import redis_client, wakeups


@pytest.fixture
def message(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Stands for sending the predictor's task to the broker."""
    send = Mock()
    monkeypatch.setattr(wakeups.current_app, "send_task", send)
    return send


def test_a_wake_up_sends_a_message(message: Mock) -> None:
    wakeups.wake_predictor()
    message.assert_called_once()


def test_a_second_wake_up_sends_nothing_while_the_first_is_on_its_way(message: Mock) -> None:
    wakeups.wake_predictor()
    wakeups.wake_predictor()
    message.assert_called_once()


def test_a_wake_up_after_the_acknowledgement_sends_another_message(message: Mock) -> None:
    wakeups.wake_predictor()
    wakeups.acknowledge()
    wakeups.wake_predictor()
    assert message.call_count == 2


def test_a_wake_up_that_nobody_acknowledges_is_forgotten(message: Mock) -> None:
    wakeups.wake_predictor()
    assert 0 < redis_client.connection().ttl("ark:wake-up") <= 5


def test_a_wake_up_puts_a_task_into_the_queue_of_the_predictor() -> None:
    wakeups.wake_predictor()
    [message] = redis_client.connection().lrange("predict", 0, -1)
    assert json.loads(message)["headers"]["task"] == tasks.predict_pending.name


def test_nothing_accumulates_for_a_predictor_that_is_not_running() -> None:
    for _ in range(3):
        wakeups.wake_predictor()
        redis_client.connection().delete("ark:wake-up")  # as after some seconds
    assert redis_client.connection().llen("predict") == 1


def test_the_analyst_is_woken_in_a_queue_of_its_own_and_once_is_enough() -> None:
    wakeups.wake_analyst()
    wakeups.wake_analyst()
    [message] = redis_client.connection().lrange("analyse", 0, -1)
    assert json.loads(message)["headers"]["task"] == tasks.analyse.name


@pytest.mark.usefixtures("no_redis")
def test_without_redis_nobody_is_woken_and_nothing_fails(message: Mock) -> None:
    wakeups.wake_predictor()
    wakeups.acknowledge()
    wakeups.wake_analyst()
    message.assert_not_called()
