"""What was submitted together: add files to a batch, and show it again later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User

from recognition.models import Batch, Photo
from recognition.photos import archives, batch_notes, intake, selectors
from recognition.photos.intake import Outcome
from recognition.photos.refusals import Refusal
from recognition.photos.uploads import SpooledUpload

MAX_CARDS = 300  # more would be slow to draw; history shows the rest


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
    """Accept files into the batch, each by itself. labelled: an archive's folders name labels."""
    outcomes = list(intake.accept(((image, None) for image in images), batch.owner, batch))
    if archive:
        outcomes += _add_archive(batch, archive, labelled)
    batch_notes.remember(batch, outcomes)
    return outcomes


def _add_archive(batch: Batch, archive: SpooledUpload, labelled: bool) -> list[Outcome]:
    try:
        return archives.accept(archive, labelled, batch.owner, batch)
    except archives.UnreadableArchive as error:
        return [Outcome(archive.name, refusal=error.refusal)]


def cards_of_outcomes(outcomes: list[Outcome], viewer: User) -> list[Card]:
    """Ready to be shown: one query, however many there are."""
    shown = outcomes[:MAX_CARDS]
    photos = selectors.photos_to_show(viewer).in_bulk([o.photo.id for o in shown if o.photo])
    return [
        Card(photos[o.photo.id], o.is_duplicate)
        if o.photo
        else Card(name=o.name, refusal=o.refusal)
        for o in shown
    ]


def cards_of_batch(batch: Batch, viewer: User) -> list[Card]:
    """The batch's photos in the order in which they came, then what only the notes know."""
    visible = selectors.photos_to_show(viewer)
    cards = [Card(photo) for photo in visible.filter(batch=batch).reverse()[:MAX_CARDS]]
    notes = batch_notes.recall(batch)[:MAX_CARDS]
    duplicates = [UUID(note.photo) for note in notes if note.photo]
    known = visible.exclude(batch=batch).in_bulk(duplicates)
    cards += [Card(known[id_], is_duplicate=True) for id_ in duplicates if id_ in known]
    cards += [Card(name=note.name, refusal=Refusal(note.code)) for note in notes if note.code]
    return cards
