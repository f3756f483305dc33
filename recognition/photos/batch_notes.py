"""Notes of what a batch's table of photos does not know: refused files, and photos that were
already stored. Redis keeps them for a week; without Redis they are shown only once.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import NamedTuple

import redis

from recognition.core import doorbell
from recognition.models import Batch
from recognition.photos.intake import Outcome

logger = logging.getLogger(__name__)

_KEY = "ark:batch-notes:"
_EXPIRE_S = 7 * 24 * 60 * 60


class Note(NamedTuple):
    """Either a photo (its id in hex digits), or a refused file's name with the refusal's code."""

    photo: str = ""
    name: str = ""
    code: str = ""


def remember(batch: Batch, outcomes: Iterable[Outcome]) -> None:
    """Keep notes of refused files and duplicates; all other outcomes are photos of the batch."""
    notes = [_note(outcome) for outcome in outcomes if outcome.refusal or outcome.is_duplicate]
    if not notes:
        return
    key = _KEY + batch.id.hex
    try:
        with doorbell.connection().pipeline() as pipeline:
            pipeline.rpush(key, *[json.dumps(note._asdict()) for note in notes])
            pipeline.expire(key, _EXPIRE_S)
            pipeline.execute()
    except redis.RedisError as error:
        logger.warning("Redis is away; what was refused is shown only once: %s", error)


def recall(batch: Batch) -> list[Note]:
    """The batch's notes, oldest first; none without Redis."""
    try:
        notes = doorbell.connection().lrange(_KEY + batch.id.hex, 0, -1)
    except redis.RedisError:
        return []
    return [Note(**json.loads(note)) for note in notes]


def _note(outcome: Outcome) -> Note:
    if outcome.photo:
        return Note(photo=outcome.photo.id.hex)
    return Note(name=outcome.name, code=outcome.refusal.code if outcome.refusal else "")
