"""What was submitted together: add files to a batch, and show it again later."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import NamedTuple
from uuid import UUID

import redis
from django.contrib.auth.models import User

from recognition.core import redis_client
from recognition.models import Batch, Photo
from recognition.photos import archives, intake, selectors
from recognition.photos.intake import Outcome
from recognition.photos.refusals import Refusal
from recognition.photos.uploads import SpooledUpload

logger = logging.getLogger(__name__)

MAX_CARDS = 300  # more would be slow to draw; history shows the rest
_NOTES = "ark:batch-notes:"
_NOTES_EXPIRE_S = 7 * 24 * 60 * 60


class Note(NamedTuple):
    """What the table of photos does not know of a batch: a photo that was already stored (its id in
    hex digits), a refused file's name with what a Refusal is made of, or how many files of systems
    were left out. Redis keeps notes for a week; without Redis they are shown only once."""

    photo: str = ""
    name: str = ""
    code: str = ""
    used_bytes: int = 0
    limit_bytes: int = 0
    kind: str = ""
    left_out: int = 0
    table: str = ""
    line: int = 0
    value: str = ""

    @property
    def refusal(self) -> Refusal:
        place = self.table, self.line, self.value
        return Refusal(self.code, self.used_bytes, self.limit_bytes, self.kind, *place)


@dataclass(frozen=True)
class Card:
    """One file of a batch as it is shown: a photo, or a refusal with its file's name."""

    photo: Photo | None = None
    is_duplicate: bool = False
    name: str = ""
    refusal: Refusal | None = None

    @property
    def is_settled(self) -> bool:
        return self.photo is not None and selectors.is_settled(self.photo)


def add(
    batch: Batch,
    images: Iterable[SpooledUpload],
    archive: SpooledUpload | None = None,
    labelled: bool = False,
) -> list[Outcome]:
    """Accept files into the batch, each by itself: an archive that cannot be read takes nothing
    else along. labelled: an archive's folders name labels."""
    outcomes = list(intake.accept(((image, None) for image in images), batch.owner, batch))
    if archive:
        outcomes += _add_archive(batch, archive, labelled)
    remember(batch, outcomes)
    return outcomes


def _add_archive(batch: Batch, archive: SpooledUpload, labelled: bool) -> list[Outcome]:
    try:
        return archives.accept(archive, labelled, batch.owner, batch)
    except archives.UnreadableArchive as error:
        return [Outcome(archive.name, refusal=why, is_archive=True) for why in error.refusals]


def cards_of_outcomes(outcomes: list[Outcome], viewer: User) -> list[Card]:
    """Ready to be shown: one query, however many there are. Photos that were deleted since have
    none, nor has what was left out."""
    shown = [outcome for outcome in outcomes if not outcome.is_left_out][:MAX_CARDS]
    photos = selectors.photos_to_show(viewer).in_bulk([o.photo.id for o in shown if o.photo])
    cards: list[Card] = []
    for outcome in shown:
        if outcome.photo is None:
            cards.append(Card(name=outcome.name, refusal=outcome.refusal))
        elif photo := photos.get(outcome.photo.id):
            cards.append(Card(photo, outcome.is_duplicate))
    return cards


def cards_of_batch(batch: Batch, viewer: User) -> list[Card]:
    """The batch's photos in the order in which they came, then what only the notes know."""
    visible = selectors.photos_to_show(viewer)
    cards = [Card(photo) for photo in visible.filter(batch=batch).reverse()[:MAX_CARDS]]
    notes = recall(batch)[:MAX_CARDS]
    duplicates = [UUID(note.photo) for note in notes if note.photo]
    known = visible.exclude(batch=batch).in_bulk(duplicates)
    cards += [Card(known[id_], is_duplicate=True) for id_ in duplicates if id_ in known]
    cards += [Card(name=note.name, refusal=note.refusal) for note in notes if note.code]
    return cards


def remember(batch: Batch, outcomes: Iterable[Outcome]) -> None:
    """Keep notes of refused files and duplicates; all other outcomes are photos of the batch."""
    outcomes = list(outcomes)
    notes = [_note(outcome) for outcome in outcomes if outcome.refusal or outcome.is_duplicate]
    if left_out := count_left_out(outcomes):
        notes.append(Note(left_out=left_out))
    if not notes:
        return
    key = _NOTES + batch.id.hex
    try:
        with redis_client.connection().pipeline() as pipeline:
            pipeline.rpush(key, *[json.dumps(note._asdict()) for note in notes])
            pipeline.expire(key, _NOTES_EXPIRE_S)
            pipeline.execute()
    except redis.RedisError as error:
        logger.warning("Redis is away; what was refused is shown only once: %s", error)


def count_left_out(outcomes: Iterable[Outcome]) -> int:
    """How many files of systems were left out."""
    return sum(outcome.is_left_out for outcome in outcomes)


def recall_left_out(batch: Batch) -> int:
    """The same of all that came into a batch."""
    return sum(note.left_out for note in recall(batch))


def recall(batch: Batch) -> list[Note]:
    """The batch's notes, oldest first; none without Redis."""
    try:
        notes = redis_client.connection().lrange(_NOTES + batch.id.hex, 0, -1)
    except redis.RedisError:
        return []
    return [Note(**json.loads(note)) for note in notes]


def _note(outcome: Outcome) -> Note:
    if outcome.photo:
        return Note(photo=outcome.photo.id.hex)
    if outcome.refusal is None:
        return Note(name=outcome.name)
    return Note(name=outcome.name, **asdict(outcome.refusal))
