"""Redis between web, predictor and analyst: "there is work" one way, "it is done" the other way.

Nothing here is ever needed for a result to be right: the database is the queue, and a sweep rings
again for what was missed. So a Redis that is away costs patience, never a photo.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from uuid import UUID

import redis
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

_BELL = "ark:bell"
_HEARTBEATS = "ark:heartbeats"  # the workers of a part, scored by when they were last heard
_COMPLAINTS = "ark:complaints"  # by worker: what keeps it from serving the live version
_LIVE = "ark:live"  # a channel: another version has gone live
_BELL_EXPIRES_S = 5
HEARTBEAT_EXPIRES_S = 30
PREDICTOR, TEACHER, TRAINER = "predictor", "teacher", "trainer"  # parts that give signs of life
_POLL_WITHOUT_REDIS_S = 0.5
_LOOK_AGAIN_S = 5  # news may be lost while Redis restarts


@lru_cache(maxsize=1)
def connection() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=2)


def ring() -> None:
    """Wake a predictor, unless a ring is on its way to one already."""
    with _patience():
        if connection().set(_BELL, 1, nx=True, ex=_BELL_EXPIRES_S):
            # By name: the task stands in a door, and doors import steps.
            current_app.send_task("recognition.tasks.predict_pending", retry=False)


def answer() -> None:
    """The predictor is about to look for work: who comes later must ring again."""
    with _patience():
        connection().delete(_BELL)


def ring_analyst() -> None:
    """Wake the analyst, unless a message waits for it already."""
    _ring_once("analyse")


def ring_teacher() -> None:
    """Wake the teacher, who has quick work: teaching, comparisons, learning curves."""
    _ring_once("teach")


def ring_trainer() -> None:
    """Wake the trainer, who fine-tunes and trains from scratch for hours."""
    _ring_once("train")


def _ring_once(queue: str) -> None:
    """A queue is a list in Redis; its task has the same name."""
    with _patience():
        if not connection().llen(queue):
            current_app.send_task(f"recognition.tasks.{queue}", retry=False)


def beat_heart(worker: str, part: str = PREDICTOR) -> None:
    now_s, heartbeats = time.time(), f"{_HEARTBEATS}:{part}"
    with _patience(), connection().pipeline(transaction=False) as pipeline:
        pipeline.zadd(heartbeats, {worker: now_s})
        pipeline.zremrangebyscore(heartbeats, 0, now_s - HEARTBEAT_EXPIRES_S)
        pipeline.execute()


def workers_heard(part: str = PREDICTOR) -> list[str]:
    """The workers of this part that gave a sign of life within HEARTBEAT_EXPIRES_S.

    Raises redis.RedisError when nobody can be asked.
    """
    since_s = time.time() - HEARTBEAT_EXPIRES_S
    heard: Any = connection().zrangebyscore(f"{_HEARTBEATS}:{part}", since_s, "+inf")
    return [worker.decode() for worker in heard]


def complain(worker: str, text: str) -> None:
    """Let the operator know what keeps a predictor from serving the live version; "" if nothing."""
    with _patience():
        if text:
            connection().hset(_COMPLAINTS, worker, text)
        else:
            connection().hdel(_COMPLAINTS, worker)


def complaints() -> list[str]:
    """Those of the predictors that were heard lately. Raises redis.RedisError."""
    workers = workers_heard()
    found: Any = connection().hmget(_COMPLAINTS, workers) if workers else []
    return [text.decode() for text in found if text]


def announce(photo_ids: Iterable[UUID]) -> None:
    """Tell who waits for these photos that they are settled."""
    with _patience():
        listeners = connection().pubsub_numsub(*map(_channel, photo_ids))
        with connection().pipeline(transaction=False) as pipeline:
            for channel, count in listeners:
                if count:  # of a thousand photos at once hardly any is waited for
                    pipeline.publish(channel, 1)
            pipeline.execute()


def announce_live_version() -> None:
    """Tell the predictors that another version has gone live."""
    with _patience():
        connection().publish(_LIVE, 1)


def live_versions_announced(timeout_s: float) -> Iterator[None]:
    """Ends never: yields when another version may have gone live, at the latest after `timeout_s`.

    For a thread of its own. Without Redis it merely waits.
    """
    while True:
        try:
            with connection().pubsub() as news:
                news.subscribe(_LIVE)
                while True:
                    yield
                    news.get_message(timeout=timeout_s)
        except redis.RedisError:
            time.sleep(timeout_s)
            yield


def wait_for(photo_id: UUID, is_settled: Callable[[], bool], timeout_s: float) -> None:
    """Return when `is_settled` says so, or after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    with connection().pubsub() as news:
        hears = _subscribe(news, photo_id)
        while not is_settled() and (left_s := deadline - time.monotonic()) > 0:
            try:
                if hears:
                    news.get_message(timeout=min(left_s, _LOOK_AGAIN_S))
                    continue
            except redis.RedisError:
                hears = False
            time.sleep(min(left_s, _POLL_WITHOUT_REDIS_S))


@contextmanager
def _patience() -> Iterator[None]:
    try:
        yield
    except (redis.RedisError, OperationalError) as error:
        logger.warning("Redis is away; the sweep rings when it is back: %s", error)


def _subscribe(news: redis.client.PubSub, photo_id: UUID) -> bool:
    try:
        news.subscribe(_channel(photo_id))
        news.get_message(timeout=1)  # the confirmation
    except redis.RedisError:
        return False
    return True


def _channel(photo_id: UUID) -> str:
    return f"ark:settled:{photo_id}"
