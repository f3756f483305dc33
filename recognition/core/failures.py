"""What fails again and again: each worker counts how often in a row a task of its failed, and lets
the operator know through Redis once that is no accident any more."""

from __future__ import annotations

import json
from typing import Any

from recognition.core import heartbeats, redis_client
from recognition.core.process import worker_name

_FAILURES = "ark:failures"  # by worker: {task: what is wrong}
LASTING = 3  # in a row
_LONGEST = 300  # characters

_counts: dict[tuple[str, str], int] = {}  # of this process, by part and task
_told: dict[str, str] = {}


def failed(part: str, task: str, error: BaseException) -> None:
    count = _counts[part, task] = _counts.get((part, task), 0) + 1
    if count >= LASTING:
        what = f"{type(error).__name__}: {error}"[:_LONGEST]
        _told[task] = f"The {part} has failed {count} times in a row ({task}): {what}"
        _tell()


def went_well(part: str, task: str) -> None:
    if _counts.pop((part, task), 0) >= LASTING:
        _told.pop(task, None)
        _tell()


def lasting() -> list[str]:
    """What the workers that were heard lately cannot do, for the operator.

    Raises redis.RedisError when nobody can be asked.
    """
    workers = {worker for part in heartbeats.PARTS for worker in heartbeats.workers_heard(part)}
    if not workers:
        return []
    found: Any = redis_client.connection().hmget(_FAILURES, sorted(workers))
    return [text for told in found if told for text in json.loads(told).values()]


def _tell() -> None:
    with redis_client.may_be_away():
        if _told:
            redis_client.connection().hset(_FAILURES, worker_name(), json.dumps(_told))
        else:
            redis_client.connection().hdel(_FAILURES, worker_name())
