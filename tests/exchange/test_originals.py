"""Originals of several photos as one ZIP."""

from __future__ import annotations

import io
import zipfile
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from recognition.exchange import originals
from recognition.models import Photo
from recognition.photos import intake
from recognition.photos.capture import columns, places
from tests.cnn.pixels.exif.test_reading import capture
from tests.support.exif import photo
from tests.support.files import arrived

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def stored(uploader: User) -> Photo:
    """A photo that says where it was taken."""
    [outcome] = intake.accept([(arrived(photo()), None)], uploader)
    assert outcome.photo
    return Photo.objects.get(id=outcome.photo.id)


def taken_by(person: User, stored: Photo) -> bytes:
    """What they get; who was deleted meanwhile is left out."""
    pieces = originals.archive(Photo.objects.all(), [stored.id, uuid4()], person)
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        [name] = archive.namelist()
        return archive.read(name)


def test_ones_own_come_as_they_were_uploaded(stored: Photo, uploader: User) -> None:
    assert taken_by(uploader, stored) == stored.original_path.read_bytes()


def test_those_of_others_come_without_their_place(stored: Photo, reviewer: User) -> None:
    content = taken_by(reviewer, stored)
    assert columns.of_file(capture(content)).place is None
    assert columns.of_file(capture(content)).camera == "Canon EOS R5"


def test_who_drops_the_place_gets_none(stored: Photo, uploader: User) -> None:
    places.set_dropped(uploader, True)
    assert columns.of_file(capture(taken_by(uploader, stored))).place is None
