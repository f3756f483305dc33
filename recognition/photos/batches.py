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
from django.utils.translation import ngettext

from recognition.core import redis_client
from recognition.models import Batch, Label, Photo
from recognition.photos import archives, intake, selectors
from recognition.photos.folders.questions import NO_ANSWERS, Answers
from recognition.photos.intake import Outcome
from recognition.photos.refusals import Refusal
from recognition.photos.uploads import SpooledUpload

logger = logging.getLogger(__name__)

MAX_CARDS = 300  # more would be slow to draw; history shows the rest
MAX_NAMES = 100  # of what was refused for one reason
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
    """One file of a batch as it is shown: a photo, or a refusal with its file's name. files: more
    than one of those that were refused for the same reason and are not named."""

    photo: Photo | None = None
    is_duplicate: bool = False
    name: str = ""
    refusal: Refusal | None = None
    files: int = 1

    @property
    def is_settled(self) -> bool:
        return self.photo is not None and selectors.is_settled(self.photo)


class Labels(NamedTuple):
    """Which labels come with files. of_images: of those that are no archive. from_folders: an
    archive's folders name labels, or answers do. creates: as the folders say, where they are
    missing."""

    of_images: Label | None = None
    from_folders: bool = False
    answers: Answers = NO_ANSWERS
    creates: bool = False


NO_LABELS = Labels()


def add(
    batch: Batch,
    images: Iterable[SpooledUpload],
    archive: SpooledUpload | None = None,
    labels: Labels = NO_LABELS,
) -> list[Outcome]:
    """Accept files into the batch, each by itself: an archive that cannot be read takes nothing
    else along."""
    pairs = ((image, labels.of_images) for image in images)
    outcomes = list(intake.accept(pairs, batch.owner, batch))
    if archive:
        outcomes += _add_archive(batch, archive, labels)
    remember(batch, outcomes)
    return outcomes


def _add_archive(batch: Batch, archive: SpooledUpload, labels: Labels) -> list[Outcome]:
    asked = labels.from_folders, batch.owner, batch, labels.answers, labels.creates
    try:
        return archives.accept(archive, *asked)
    except archives.UnreadableArchive as error:
        return [Outcome(archive.name, refusal=why, is_archive=True) for why in error.refusals]


def cards_of_outcomes(outcomes: list[Outcome], viewer: User) -> list[Card]:
    """Ready to be shown: one query, however many there are. Photos that were deleted since have
    none, nor has what was left out. What was refused comes first."""
    refused = [(outcome.name, outcome.refusal) for outcome in outcomes if outcome.refusal]
    shown = [outcome for outcome in outcomes if outcome.photo][:MAX_CARDS]
    photos = selectors.photos_to_show(viewer).in_bulk([o.photo.id for o in shown if o.photo])
    cards = _cards_of_refused(refused)
    for outcome in shown:
        if outcome.photo and (photo := photos.get(outcome.photo.id)):
            cards.append(Card(photo, outcome.is_duplicate))
    return cards


def _cards_of_refused(refused: Iterable[tuple[str, Refusal]]) -> list[Card]:
    """Reason by reason, the most frequent first; of each so many names as anybody reads."""
    by_reason: dict[Refusal, list[str]] = {}
    for name, refusal in refused:
        by_reason.setdefault(refusal, []).append(name)
    cards: list[Card] = []
    for refusal, names in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        cards += (Card(name=name, refusal=refusal) for name in names[:MAX_NAMES])
        if (more := len(names) - MAX_NAMES) > 0:
            text = ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}
            cards.append(Card(name=text, refusal=refusal, files=more))
    return cards


def cards_of_batch(batch: Batch, viewer: User) -> list[Card]:
    """What was refused, the batch's photos in the order in which they came, then what was there
    already."""
    visible = selectors.photos_to_show(viewer)
    notes = recall(batch)
    cards = _cards_of_refused((note.name, note.refusal) for note in notes if note.code)
    cards += [Card(photo) for photo in visible.filter(batch=batch).reverse()[:MAX_CARDS]]
    duplicates = [UUID(note.photo) for note in notes if note.photo][:MAX_CARDS]
    known = visible.exclude(batch=batch).in_bulk(duplicates)
    cards += [Card(known[id_], is_duplicate=True) for id_ in duplicates if id_ in known]
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
