"""The small pictures of a photo, drawn when somebody first needs them and kept."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from django.conf import settings

from recognition.core.files import whole_file
from recognition.models import Photo, TrashedPhoto
from recognition.photos import imaging
from recognition.photos.uploads import new_incoming_path

SIDES = THUMBNAIL_SIDE, PREVIEW_SIDE = 320, 1280

# At most two pictures are drawn at once in a process, so that a page full of them does not slow
# uploads down, and never the same one twice. Should two processes draw the same one, the last to
# end replaces a picture by its equal.
_DRAWING = (Lock(), Lock())


def drawn(photo: Photo | TrashedPhoto, longest_side: int) -> Path:
    """Where the picture is. Raises UnreadablePhoto, or FileNotFoundError if the photo is gone."""
    path = photo.rendition_path(longest_side)
    if not path.exists():
        with _DRAWING[photo.id.int % len(_DRAWING)]:
            if not path.exists():
                _draw(photo, path, longest_side)
    return path


def paths(photo: Photo | TrashedPhoto) -> list[Path]:
    """Where its pictures are, if they have been drawn."""
    return [photo.rendition_path(side) for side in SIDES]


def _draw(photo: Photo | TrashedPhoto, path: Path, longest_side: int) -> None:
    """A process that is killed meanwhile leaves its draft among the uploads that broke off."""
    draft = new_incoming_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    is_wanted = False
    try:
        with whole_file(path, draft):
            imaging.render(photo.original_path, draft, longest_side, settings.ARK_MAX_PIXELS)
        is_wanted = _is_there(photo)
    finally:
        if not is_wanted:
            path.unlink(missing_ok=True)
    if not is_wanted:
        raise FileNotFoundError(path)


def _is_there(photo: Photo | TrashedPhoto) -> bool:
    """Whoever deletes a photo for good first commits that it is to go, then removes its pictures.
    So either a picture was there to be removed, or this is false by now."""
    in_trash = TrashedPhoto.objects.filter(id=photo.id, for_ever=None)
    return Photo.objects.filter(id=photo.id).exists() or in_trash.exists()
