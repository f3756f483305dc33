"""Notes of what a batch's table of photos does not know."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from recognition.models import Batch
from recognition.photos import batches, intake
from recognition.photos.batches import Note
from recognition.photos.intake import Outcome
from recognition.photos.refusals import Refusal
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


@pytest.mark.usefixtures("no_redis")
def test_without_redis_nothing_is_remembered(batch: Batch) -> None:
    batches.remember(batch, [Outcome("a.txt", refusal=Refusal("not_an_image"))])
    assert batches.recall(batch) == []
