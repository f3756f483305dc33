"""Photos of one machine, seen and deleted on another."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import User
from django.db import OperationalError
from PIL import Image

from recognition.core import wakeups
from recognition.files import bucket as files
from recognition.files import copies, of_photos
from recognition.files.bucket import BucketAway
from recognition.models import Photo
from recognition.photos import deletion, intake, renditions
from tests.support.files import arrived, encoded, picture

pytestmark = [pytest.mark.usefixtures("version"), pytest.mark.django_db(transaction=True)]
CONTENT = encoded(picture(640, 400))


def upload(owner: User) -> Photo:
    [outcome] = intake.accept([(arrived(CONTENT), None)], owner)
    return outcome.photo


def keys(bucket: Any, folder: str) -> list[str]:
    return [found.key for found in bucket.objects.filter(Prefix=f"{folder}/")]


def files_here() -> list[Path]:
    return [path for path in configured.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_an_upload_goes_into_the_bucket_and_not_onto_the_disk(bucket: Any, uploader: User) -> None:
    photo = upload(uploader)
    [key] = keys(bucket, "originals")
    assert key.endswith(photo.id.hex)
    assert files_here() == []


def test_another_machine_fetches_the_original_once(
    bucket: Any, uploader: User, another_machine: Callable[[], None]
) -> None:
    photo = upload(uploader)
    another_machine()
    assert of_photos.original(photo).read_bytes() == CONTENT
    bucket.objects.all().delete()
    assert of_photos.original(photo).read_bytes() == CONTENT


@pytest.mark.usefixtures("bucket")
def test_what_is_in_no_place_is_missing(uploader: User) -> None:
    photo = Photo(owner=uploader)
    with pytest.raises(FileNotFoundError):
        of_photos.original(photo)
    [path] = of_photos.originals([photo])
    assert not path.exists()
    assert isinstance(of_photos.sizes([photo])[0], FileNotFoundError)


def test_no_original_stays_when_its_rows_are_not_stored(
    bucket: Any, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(intake, "insert", fail)
    with pytest.raises(OperationalError):
        upload(uploader)
    assert keys(bucket, "originals") == []


def test_no_row_is_stored_while_the_bucket_is_away(
    bucket: Any, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any) -> None:
        raise BucketAway

    monkeypatch.setattr(files, "put", away)
    with pytest.raises(BucketAway):
        upload(uploader)
    assert not Photo.objects.exists()


def test_a_picture_is_drawn_once_for_all_machines(
    bucket: Any, uploader: User, another_machine: Callable[[], None]
) -> None:
    photo = upload(uploader)
    renditions.drawn(photo, renditions.THUMBNAIL_SIDE)
    assert len(keys(bucket, "renditions")) == 1
    another_machine()
    with Image.open(renditions.drawn(photo, renditions.THUMBNAIL_SIDE)) as image:
        assert image.size == (320, 200)
    assert keys(bucket, "originals")
    assert not photo.original_path.exists()  # nobody had to draw again


def test_what_is_deleted_for_ever_is_gone_from_the_bucket(
    bucket: Any, uploader: User, another_machine: Callable[[], None]
) -> None:
    photo = upload(uploader)
    renditions.drawn(photo, renditions.THUMBNAIL_SIDE)
    another_machine()
    deletion.delete_photo(Photo.objects.get(), for_ever=True)
    assert list(bucket.objects.all()) == []
    assert files_here() == []


def test_copies_that_nobody_has_used_for_a_day_go(
    bucket: Any, uploader: User, another_machine: Callable[[], None]
) -> None:
    photo = upload(uploader)
    path = of_photos.original(photo)
    copies.trim()
    assert path.exists()
    os.utime(path, (time.time() - copies.KEPT_S - 1,) * 2)
    copies.trim()
    assert not path.exists()


def test_copies_take_no_more_room_than_allowed(bucket: Any, uploader: User, settings: Any) -> None:
    paths = [of_photos.original(upload(uploader)), of_photos.original(Photo.objects.get())]
    settings.ARK_COPIES_MB = 0
    copies.trim()
    assert paths[0].exists()  # it was asked for just now
    os.utime(paths[0], (time.time() - copies.IN_USE_S - 1,) * 2)
    copies.trim()
    assert not paths[0].exists()


def test_a_predictor_gives_photos_back_while_the_bucket_is_away(
    bucket: Any,
    uploader: User,
    another_machine: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from recognition.predictions import queue
    from recognition.versions import looking, registry

    photo = upload(uploader)
    monkeypatch.setattr(wakeups, "wake_predictor", lambda: None)
    rows = queue.claim(registry.live_version())

    def away(*_args: Any) -> None:
        raise BucketAway

    monkeypatch.setattr(files, "fetch", away)
    another_machine()
    with pytest.raises(BucketAway):
        looking.looks([row.photo for row in rows])
    assert [row.photo_id for row in rows] == [photo.id]
