"""Notes of what a batch's table of photos does not know."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.models import Batch, Photo
from recognition.photos import batches, intake
from recognition.photos.batches import Note, cards_of_outcomes
from recognition.photos.intake import Outcome
from recognition.photos.refusals import Refusal
from tests.support.files import arrived, encoded, picture
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def batch(uploader: User) -> Batch:
    return intake.open_batch(uploader)


def test_refused_files_and_duplicates_are_remembered(batch: Batch, uploader: User) -> None:
    photo = add_photo(uploader)
    refused = Outcome("a.txt", refusal=Refusal("not_an_image"))
    batches.remember(batch, [refused, Outcome("b.jpg", photo, is_duplicate=True)])
    assert batches.recall(batch) == [
        Note(name="a.txt", code="not_an_image"),
        Note(photo=photo.id.hex),
    ]


def test_new_photos_need_no_note(batch: Batch, uploader: User) -> None:
    batches.remember(batch, [Outcome("a.jpg", add_photo(uploader))])
    assert batches.recall(batch) == []


def test_a_photo_that_was_deleted_since_has_no_card(batch: Batch, uploader: User) -> None:
    gone, stays = add_photo(uploader), add_photo(uploader)
    outcomes = [Outcome("gone.jpg", gone), Outcome("stays.jpg", stays)]
    Photo.objects.filter(id=gone.id).delete()
    assert [card.photo for card in cards_of_outcomes(outcomes, uploader)] == [stays]


def test_an_archive_that_cannot_be_read_is_refused_alone(batch: Batch) -> None:
    image, archive = arrived(encoded(picture())), arrived(b"no archive", "photos.zip")
    accepted, refused = batches.add(batch, [image], archive)
    assert accepted.photo.batch == batch
    assert (refused.name, refused.refusal.code, refused.is_archive) == (
        "photos.zip",
        "not_an_archive",
        True,
    )
    archive.discard()


@pytest.mark.usefixtures("no_redis")
def test_without_redis_nothing_is_remembered(batch: Batch) -> None:
    batches.remember(batch, [Outcome("a.txt", refusal=Refusal("not_an_image"))])
    assert batches.recall(batch) == []


def test_what_was_refused_alike_is_named_up_to_a_limit(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MAX_NAMES", 2)
    outcomes = [Outcome("x.jpg", refusal=Refusal("truncated"))]
    outcomes += [Outcome(f"{i}.txt", refusal=Refusal("not_an_image")) for i in range(5)]
    cards = cards_of_outcomes(outcomes, uploader)
    assert [card.name for card in cards] == ["0.txt", "1.txt", "and 3 more", "x.jpg"]
    assert sum(card.files for card in cards) == 6
