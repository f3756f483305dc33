"""Explanations as files: whole or not at all, gone with their photo, and never too many."""

from __future__ import annotations

import os
import time
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import User

from recognition.explanations import kept
from recognition.models import Photo
from recognition.photos import deletion, trash
from tests.support.rows import add_photo


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def keep(photo: Photo, name: str = "why") -> Path:
    kept.keep(photo.id, 1, name, {"said": name})
    return photo.explanations_path / "1" / f"{name}.json"


def test_what_is_kept_is_read_again(photo: Photo, media: Path) -> None:
    kept.keep(photo.id, 3, "walk", {"said": "猫"}, pictures={"walk-0": b"RIFF"})
    assert kept.read(photo.id, 3, "walk") == {"said": "猫"}
    assert kept.picture(photo.id, 3, "walk-0").read_bytes() == b"RIFF"
    assert files_in(media.parent) == ["walk-0.webp", "walk.json"]  # and no draft


def test_what_was_never_worked_out_or_is_damaged_is_not_there(photo: Photo) -> None:
    assert kept.read(photo.id, 1, "why") is None
    keep(photo).write_bytes(b'{"said": ')
    assert kept.read(photo.id, 1, "why") is None


def test_in_the_trash_it_stays_and_with_the_photo_it_goes(photo: Photo, media: Path) -> None:
    keep(photo)
    deletion.delete_photo(photo)
    assert files_in(media) == ["why.json"]
    trash.delete_for_ever(trash.TrashedPhoto.objects.all())
    assert files_in(media) == []


def test_nothing_is_kept_of_a_photo_that_went_meanwhile(photo: Photo, media: Path) -> None:
    Photo.objects.all().delete()
    keep(photo)
    assert files_in(media) == []


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_what_is_old_goes_and_of_too_much_what_was_first(
    uploader: User, photo: Photo, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second, third = add_photo(uploader), add_photo(uploader)
    age(keep(photo), kept.KEPT_FOR_S + 60)
    age(keep(second), 120)
    size_bytes = keep(third).stat().st_size
    kept.forget_old()
    assert remaining(media) == {second.id, third.id}
    monkeypatch.setattr(kept, "MOST_BYTES", size_bytes)
    kept.forget_old()
    assert remaining(media) == {third.id}


def test_what_is_no_photos_keeps_nothing_from_being_cleaned(photo: Photo, media: Path) -> None:
    age(keep(photo), kept.KEPT_FOR_S + 60)
    stray = media / "explanations" / "copy of somebody" / "note.txt"
    stray.parent.mkdir()
    stray.touch()
    kept.forget_old()
    assert files_in(media / "explanations") == ["note.txt"]


def remaining(media: Path) -> set[UUID]:
    return {UUID(path.name) for path in (media / "explanations").iterdir()}
