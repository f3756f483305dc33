"""Small pictures are drawn once, and go with their photo."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from PIL import Image

from recognition.files import of_photos
from recognition.models import Photo, TrashedPhoto
from recognition.photos import deletion, imaging, intake, renditions, trash
from tests.support.files import arrived, encoded, full_disk, incoming, noise, picture

pytestmark = [pytest.mark.usefixtures("version"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def photo(uploader: User) -> Photo:
    [outcome] = intake.accept([(arrived(encoded(picture(640, 400))), None)], uploader)
    return outcome.photo


def draw(photo: Photo) -> Path:
    """For a thread of its own."""
    with closing(connection):
        return renditions.drawn(photo, 320)


def delete(photo: Photo) -> None:
    """By somebody else, with a connection of their own."""

    def delete_alone() -> None:
        with closing(connection):
            deletion.delete_photo(Photo.objects.get(id=photo.id), for_ever=True)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(delete_alone).result()


def empty_trash() -> None:
    with closing(connection):
        trash.delete_for_ever(TrashedPhoto.objects.all())


def test_who_needs_a_picture_at_the_same_time_draws_it_once(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = Mock(wraps=imaging.render)
    monkeypatch.setattr(imaging, "render", render)
    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(draw, [photo] * 8))
    assert render.call_count == 1
    assert Image.open(paths.pop()).size == (320, 200)


def test_two_processes_that_draw_the_same_at_once_do_not_meet(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Forgetful(dict[Path, object]):
        """Each has its own."""

        def setdefault(self, path: Path, mine: object) -> object:  # type: ignore[override]
            self[path] = mine
            return mine

        def __delitem__(self, path: Path) -> None:
            self.pop(path, None)

    monkeypatch.setattr(renditions, "_drawing", Forgetful())
    with ThreadPoolExecutor(4) as pool:
        [path] = set(pool.map(draw, [photo] * 12))
    assert [file.name for file in path.parent.glob(f"{photo.id.hex}*")] == [path.name]
    assert Image.open(path).size == (320, 200)
    assert incoming() == []


def test_a_picture_drawn_while_its_photo_is_deleted_does_not_stay(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = imaging.render

    def render_too_late(*arguments: object) -> None:
        render(*arguments)
        delete(photo)

    monkeypatch.setattr(imaging, "render", render_too_late)
    with pytest.raises(FileNotFoundError):
        renditions.drawn(photo, renditions.THUMBNAIL_SIDE)
    assert [path for path in photo.rendition_paths if path.exists()] == []
    assert incoming() == []


def test_a_picture_of_the_trash_drawn_while_that_is_emptied_does_not_stay(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    deletion.delete_photo(photo)
    row, render = TrashedPhoto.objects.get(), imaging.render

    def render_too_late(*arguments: object) -> None:
        render(*arguments)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(empty_trash).result()

    monkeypatch.setattr(imaging, "render", render_too_late)
    with pytest.raises(FileNotFoundError):
        renditions.drawn(row, renditions.THUMBNAIL_SIDE)
    assert [path for path in row.rendition_paths if path.exists()] == []


def test_a_picture_of_which_nobody_knows_whether_it_is_wanted_does_not_stay(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database went away just then, and the photo may be deleted before it is back."""
    away = Mock(side_effect=OperationalError)
    monkeypatch.setattr(of_photos, "are_wanted", away)
    with pytest.raises(OperationalError):
        renditions.drawn(photo, renditions.THUMBNAIL_SIDE)
    assert [path for path in photo.rendition_paths if path.exists()] == []


def test_a_full_disk_leaves_no_part_of_a_picture(uploader: User) -> None:
    [outcome] = intake.accept([(arrived(encoded(noise(640, 400))), None)], uploader)
    with pytest.raises(OSError, match="large"), full_disk(2000):
        renditions.drawn(outcome.photo, renditions.THUMBNAIL_SIDE)
    path = outcome.photo.rendition_path(renditions.THUMBNAIL_SIDE)
    assert list(path.parent.glob(f"{outcome.photo.id.hex}*")) == []
    assert incoming() == []
