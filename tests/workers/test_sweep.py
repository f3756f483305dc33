"""Each kind of worker is woken whatever becomes of the others."""

from __future__ import annotations

import gc
from unittest.mock import Mock

import pytest

from recognition import tasks
from recognition.cnn.manifest import CorruptCheckpoint
from recognition.core import process, redis_client, wakeups
from recognition.predictions import model_cache
from recognition.workers import predictor, sweep

QUEUES = ("predict", "analyse", "teach", "train", "explain")


def lengths() -> list[int]:
    return [redis_client.connection().llen(queue) for queue in QUEUES]


@pytest.mark.usefixtures("version")
def test_a_predictor_that_can_load_nothing_keeps_nobody_asleep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = Mock(side_effect=CorruptCheckpoint("its sha256 differs"))
    monkeypatch.setattr(model_cache, "load_classifier", broken)
    monkeypatch.setattr(predictor, "model_cache", model_cache.ModelCache())
    tasks.sweep()
    assert lengths() == [1, 1, 1, 1, 1]


def test_sweeps_that_were_queued_before_an_upgrade_accumulate_nothing() -> None:
    for _ in range(3):
        tasks.sweep()
    assert lengths() == [1, 1, 1, 1, 1]


def test_a_worker_wakes_the_kind_whose_queue_it_listens_to() -> None:
    consumer = Mock()
    consumer.app.amqp.queues.consume_from = {"predict": None}
    sweep.start(consumer)
    assert lengths() == [1, 0, 0, 0, 0]


def test_garbage_is_not_looked_for_in_what_a_worker_has_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "yield_to_others", Mock())  # the other tests would be slow
    consumer = Mock()
    consumer.app.amqp.queues.consume_from = {"teach": None}
    try:
        sweep.start(consumer)
        assert gc.get_freeze_count() > len(gc.get_objects())
    finally:
        gc.unfreeze()


def test_a_predictor_that_starts_does_not_wait_for_the_wake_up_of_one_that_was_killed() -> None:
    wakeups.wake_predictor()
    redis_client.connection().delete("predict")  # the message went to the one that was killed
    consumer = Mock()
    consumer.app.amqp.queues.consume_from = {"predict": None}
    sweep.start(consumer)
    assert lengths() == [1, 0, 0, 0, 0]
