"""The small pictures of a photo, drawn when somebody first needs them and kept."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Lock

from django.conf import settings

from recognition.cnn.pixels.unreadable import Busy
from recognition.files import of_photos
from recognition.files.moving import whole_file
from recognition.models import Photo, TrashedPhoto
from recognition.models.photo import PREVIEW_SIDE as PREVIEW_SIDE
from recognition.models.photo import THUMBNAIL_SIDE as THUMBNAIL_SIDE
from recognition.photos import imaging
from recognition.photos.uploads import new_incoming_path


class _Drawing(Future[None]):
    """waiting: how many others wait for it."""

    waiting = 0


# What is being drawn in this process, so that nothing is drawn twice at once; whoever needs another
# picture does not wait for it. Should two processes draw the same one, the last to end replaces a
# picture by its equal.
_drawing: dict[Path, _Drawing] = {}
_lock = Lock()
_MOST_WAITING = 8  # for one picture


def drawn(photo: Photo | TrashedPhoto, longest_side: int) -> Path:
    """Where the picture is. Raises UnreadablePhoto, Busy if it had better be asked for later, or
    FileNotFoundError if the photo is gone."""
    if found := of_photos.rendition(photo, longest_side):
        return found
    path = photo.rendition_path(longest_side)
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


def bring(photos: Sequence[Photo], longest_side: int) -> None:
    """Have the pictures here, or what they are drawn from; for who needs many of them."""
    there = of_photos.renditions(photos, longest_side)
    pairs = zip(photos, there, strict=True)
    of_photos.originals([photo for photo, path in pairs if path is None])


def _draw_for_all(
    drawing: _Drawing, photo: Photo | TrashedPhoto, path: Path, longest_side: int
) -> None:
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


def _draw(photo: Photo | TrashedPhoto, path: Path, longest_side: int) -> None:
    """A process that is killed meanwhile leaves its draft among the uploads that broke off."""
    draft = new_incoming_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    is_wanted = False
    try:
        with whole_file(path, draft):
            original = of_photos.original(photo)
            imaging.render(original, draft, longest_side, settings.ARK_MAX_PIXELS, photo.owner_id)
        of_photos.rendition_drawn(path)
        is_wanted = of_photos.are_wanted(photo.id)
    finally:
        if not is_wanted:
            of_photos.remove_renditions([photo])
    if not is_wanted:
        raise FileNotFoundError(path)
