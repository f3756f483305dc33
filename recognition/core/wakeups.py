"""Wake-ups: tell workers that there is work, with one message on its way to each kind at most."""

from __future__ import annotations

from celery import current_app

from recognition.core import redis_client

_PENDING = "ark:wake-up"  # a wake-up is on its way to a predictor
_EXPIRES_S = 5


def wake_predictor() -> None:
    """Wake a predictor, unless a wake-up is on its way to one already."""
    with redis_client.may_be_away():
        if redis_client.connection().set(_PENDING, 1, nx=True, ex=_EXPIRES_S):
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


def _send_once(queue: str, task: str) -> None:
    """Unless a message waits in the queue already, which is a list in Redis."""
    if not redis_client.connection().llen(queue):
        # By name: the task stands in a door, and doors import what is below them.
        current_app.send_task(f"recognition.tasks.{task}", retry=False)
