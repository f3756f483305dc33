"""Wake-ups: tell workers that there is work, with one message on its way to each kind at most.

The broker is Redis, or RabbitMQ where the settings name one.
"""

from __future__ import annotations

import redis
from celery import current_app
from django.conf import settings

from recognition.core import redis_client
from recognition.core.redis_client import CircuitBreaker

_PENDING = "ark:wake-up"  # a wake-up is on its way to a predictor
_EXPIRES_S = 5
_ONCE_MORE = {"max_retries": 1, "interval_start": 0, "interval_step": 0}  # s
_rabbitmq = CircuitBreaker()


def wake_predictor() -> None:
    """Wake a predictor, unless a wake-up is on its way to one already."""
    with redis_client.may_be_away():
        if _none_is_on_its_way():
            _send_once("predict", "predict_pending")


def acknowledge() -> None:
    """The predictor is about to look for work: what comes later needs another wake-up."""
    with redis_client.may_be_away():
        redis_client.connection().delete(_PENDING)


def wake_analyst() -> None:
    """Wake the analyst, unless a message waits for it already."""
    _wake_once("analyse")


def wake_teacher() -> None:
    """Wake the teacher, who has quick work: teaching, comparisons, learning curves."""
    _wake_once("teach")


def wake_trainer() -> None:
    """Wake the trainer, who fine-tunes and trains from scratch for hours."""
    _wake_once("train")


def wake_explainer() -> None:
    """Wake the explainer, who works out what a network saw in a photo while somebody waits."""
    _wake_once("explain")


def _wake_once(queue: str) -> None:
    with redis_client.may_be_away():
        _send_once(queue, queue)


def _none_is_on_its_way() -> bool:
    try:
        return bool(redis_client.connection().set(_PENDING, 1, nx=True, ex=_EXPIRES_S))
    except redis.RedisError:
        if settings.ARK_RABBITMQ:  # which goes on without
            return True
        raise


def broker_answers() -> None:
    """Raises kombu.exceptions.OperationalError if RabbitMQ does not."""
    with _rabbitmq.guarding(), current_app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=2)


def _send_once(queue: str, task: str) -> None:
    """Unless a message waits in the queue already."""
    # By name: the task stands in a door, and doors import what is below them.
    name = f"recognition.tasks.{task}"
    if settings.ARK_RABBITMQ:  # which keeps one message, whoever asks
        with _rabbitmq.guarding():
            current_app.send_task(name, retry=True, retry_policy=_ONCE_MORE)
    elif not redis_client.connection().llen(queue):  # a list
        current_app.send_task(name, retry=False)
