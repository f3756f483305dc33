"""The small pictures of a photo, drawn when somebody first needs them and kept."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from threading import Lock

from django.conf import settings

from recognition.cnn.pixels.unreadable import Busy
from recognition.core.files import whole_file
from recognition.models import Photo
from recognition.photos import imaging
from recognition.photos.uploads import new_incoming_path

SIDES = THUMBNAIL_SIDE, PREVIEW_SIDE = 320, 1280


class _Drawing(Future[None]):
    """waiting: how many others wait for it."""

    waiting = 0


# What is being drawn in this process, so that nothing is drawn twice at once; whoever needs another
# picture does not wait for it. Should two processes draw the same one, the last to end replaces a
# picture by its equal.
_drawing: dict[Path, _Drawing] = {}
_lock = Lock()
_MOST_WAITING = 8  # for one picture


def drawn(photo: Photo, longest_side: int) -> Path:
    """Where the picture is. Raises UnreadablePhoto, Busy if it had better be asked for later, or
    FileNotFoundError if the photo is gone."""
    path = photo.rendition_path(longest_side)
    if path.exists():
        return path
    mine = _Drawing()
    with _lock:
        drawing = _drawing.setdefault(path, mine)
        if drawing is not mine:
            drawing.waiting += 1
            if drawing.waiting > _MOST_WAITING:
                raise Busy
    if drawing is mine:
        _draw_for_all(mine, photo, path, longest_side)
    else:
        drawing.result()
    return path


def paths(photo: Photo) -> list[Path]:
    """Where its pictures are, if they have been drawn."""
    return [photo.rendition_path(side) for side in SIDES]


def _draw_for_all(drawing: _Drawing, photo: Photo, path: Path, longest_side: int) -> None:
    try:
        if not path.exists():
            _draw(photo, path, longest_side)
    except BaseException as error:
        drawing.set_exception(error)
        raise
    else:
        drawing.set_result(None)
    finally:
        with _lock:
            del _drawing[path]


def _draw(photo: Photo, path: Path, longest_side: int) -> None:
    """A process that is killed meanwhile leaves its draft among the uploads that broke off."""
    draft = new_incoming_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, draft):
        imaging.render(
            photo.original_path, draft, longest_side, settings.ARK_MAX_PIXELS, photo.owner_id
        )
    # Whoever deletes a photo first commits, then removes its pictures. So either this one was there
    # to be removed, or the row is gone by now.
    if not Photo.objects.filter(id=photo.id).exists():
        path.unlink(missing_ok=True)
        raise FileNotFoundError(path)
