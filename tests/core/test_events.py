"""Who waits for a photo hears when it is settled."""

from __future__ import annotations

import threading
import time
import uuid
from unittest.mock import Mock

import pytest

from recognition.core import events


def test_nobody_waits_for_what_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", Mock(side_effect=AssertionError))
    events.wait_for(uuid.uuid4(), lambda: True, 30)


def test_waiting_ends_when_time_is_up() -> None:
    asked = Mock(return_value=False)
    events.wait_for(uuid.uuid4(), asked, 0.05)
    assert asked.called


def test_waiting_ends_with_the_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without news the next look would be an hour away, and the test run out of time."""
    monkeypatch.setattr(events, "LOOK_AGAIN_S", 3600)
    photo_id = uuid.uuid4()
    settled, looked = threading.Event(), threading.Event()

    def is_settled() -> bool:
        looked.set()
        return settled.is_set()

    waiting = threading.Thread(target=events.wait_for, args=(photo_id, is_settled, 3600))
    waiting.daemon = True
    waiting.start()
    assert looked.wait(60)
    events.publish_settled([uuid.uuid4()])  # somebody else's news
    settled.set()
    events.publish_settled([photo_id])
    waiting.join(60)
    assert not waiting.is_alive()


@pytest.mark.usefixtures("no_redis")
def test_without_redis_waiting_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_PAUSE_WITHOUT_REDIS_S", 0.01)
    monkeypatch.setattr(events, "_listener", None)  # of other tests: it hears a Redis
    answers = iter([False, False, True])
    events.wait_for(uuid.uuid4(), lambda: next(answers), 30)
    assert next(answers, "all asked") == "all asked"


@pytest.mark.usefixtures("no_redis")
def test_without_redis_publishing_fails_nobody() -> None:
    events.publish_settled([uuid.uuid4()])
    events.publish_live_version()
