"""Events, published through Redis: a photo is settled, another version has gone live."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

import redis

from recognition.core import redis_client

_LIVE = "ark:live"  # a channel
_POLL_WITHOUT_REDIS_S = 0.5
_LOOK_AGAIN_S = 5  # an event may be lost while Redis restarts


def publish_settled(photo_ids: Iterable[UUID]) -> None:
    """Tell whoever waits for these photos that they are settled."""
    with redis_client.may_be_away():
        connection = redis_client.connection()
        listeners = connection.pubsub_numsub(*map(_channel, photo_ids))
        with connection.pipeline(transaction=False) as pipeline:
            for channel, count in listeners:
                if count:  # people wait for hardly any of a thousand photos
                    pipeline.publish(channel, 1)
            pipeline.execute()


def publish_live_version() -> None:
    """Tell the predictors that another version has gone live."""
    with redis_client.may_be_away():
        redis_client.connection().publish(_LIVE, 1)


def live_version_events(timeout_s: float) -> Iterator[None]:
    """Yields without end: when another version may have gone live, at the latest after `timeout_s`.

    For a thread of its own. Without Redis it merely waits.
    """
    while True:
        try:
            with redis_client.connection().pubsub() as subscription:
                subscription.subscribe(_LIVE)
                while True:
                    yield
                    subscription.get_message(timeout=timeout_s)
        except redis.RedisError:
            time.sleep(timeout_s)
            yield


def wait_for(photo_id: UUID, is_settled: Callable[[], bool], timeout_s: float) -> None:
    """Return when `is_settled` says so, or after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    with redis_client.connection().pubsub() as subscription:
        is_subscribed = _subscribe(subscription, photo_id)
        while not is_settled() and (left_s := deadline - time.monotonic()) > 0:
            try:
                if is_subscribed:
                    subscription.get_message(timeout=min(left_s, _LOOK_AGAIN_S))
                    continue
            except redis.RedisError:
                is_subscribed = False
            time.sleep(min(left_s, _POLL_WITHOUT_REDIS_S))


def _subscribe(subscription: redis.client.PubSub, photo_id: UUID) -> bool:
    try:
        subscription.subscribe(_channel(photo_id))
        subscription.get_message(timeout=1)  # the confirmation
    except redis.RedisError:
        return False
    return True


def _channel(photo_id: UUID) -> str:
    return f"ark:settled:{photo_id}"
