"""Heartbeats: which workers are there, and what keeps a predictor from serving the live version."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis

from recognition.core import redis_client
from recognition.core.process import worker_name

_HEARTBEATS = "ark:heartbeats"  # the workers of a part, scored by when they were last heard
_COMPLAINTS = "ark:complaints"  # by worker
_BEAT_S = 10.0
EXPIRES_S = 30
# The parts that send heartbeats
PREDICTOR, TEACHER, TRAINER = "predictor", "teacher", "trainer"
ANALYST, EXPLAINER = "analyst", "explainer"
PARTS = (PREDICTOR, TEACHER, TRAINER, ANALYST, EXPLAINER)


def beat(worker: str, part: str = PREDICTOR) -> None:
    now_s, heartbeats = time.time(), f"{_HEARTBEATS}:{part}"
    with redis_client.may_be_away(), redis_client.connection().pipeline(False) as pipeline:
        pipeline.zadd(heartbeats, {worker: now_s})
        pipeline.zremrangebyscore(heartbeats, 0, now_s - EXPIRES_S)
        pipeline.zremrangebyscore(heartbeats, now_s + EXPIRES_S, "+inf")  # the clock was set back
        pipeline.execute()


@contextmanager
def beating(part: str) -> Iterator[None]:
    """Inside, this process sends heartbeats as this part of the product, however long it takes."""
    over = threading.Event()

    def keep_beating() -> None:
        beat(worker_name(), part)
        while not over.wait(_BEAT_S):
            beat(worker_name(), part)

    thread = threading.Thread(target=keep_beating, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def workers_heard(part: str = PREDICTOR) -> list[str]:
    """The workers of this part that sent a heartbeat within EXPIRES_S.

    Raises redis.RedisError when nobody can be asked.
    """
    now_s = time.time()
    heard: Any = redis_client.connection().zrangebyscore(
        f"{_HEARTBEATS}:{part}", now_s - EXPIRES_S, now_s + EXPIRES_S
    )
    return [worker.decode() for worker in heard]


def is_heard(part: str = PREDICTOR) -> bool:
    """Whether a worker of this part was heard; not if nobody can be asked."""
    try:
        return bool(workers_heard(part))
    except redis.RedisError:
        return False


def complain(worker: str, text: str) -> bool:
    """Let the operator know what keeps a predictor from serving the live version; "" if nothing.

    Returns False while Redis is away.
    """
    with redis_client.may_be_away():
        if text:
            redis_client.connection().hset(_COMPLAINTS, worker, text)
        else:
            redis_client.connection().hdel(_COMPLAINTS, worker)
        return True
    return False


def complaints() -> list[str]:
    """Those of the predictors that were heard lately. Raises redis.RedisError."""
    workers = workers_heard()
    found: Any = redis_client.connection().hmget(_COMPLAINTS, workers) if workers else []
    return [text.decode() for text in found if text]
