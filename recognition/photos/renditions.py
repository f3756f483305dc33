"""The small pictures of a photo, drawn when somebody first needs them and kept."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from django.conf import settings

from recognition.core.files import whole_file
from recognition.models import Photo
from recognition.photos import imaging
from recognition.photos.uploads import new_incoming_path

SIDES = THUMBNAIL_SIDE, PREVIEW_SIDE = 320, 1280

# At most two pictures are drawn at once in a process, so that a page full of them does not slow
# uploads down, and never the same one twice. Should two processes draw the same one, the last to
# end replaces a picture by its equal.
_DRAWING = (Lock(), Lock())


def drawn(photo: Photo, longest_side: int) -> Path:
    """Where the picture is. Raises UnreadablePhoto, or FileNotFoundError if the photo is gone."""
    path = photo.rendition_path(longest_side)
    if not path.exists():
        with _DRAWING[photo.id.int % len(_DRAWING)]:
            if not path.exists():
                _draw(photo, path, longest_side)
    return path


def paths(photo: Photo) -> list[Path]:
    """Where its pictures are, if they have been drawn."""
    return [photo.rendition_path(side) for side in SIDES]


def _draw(photo: Photo, path: Path, longest_side: int) -> None:
    """A process that is killed meanwhile leaves its draft among the uploads that broke off."""
    draft = new_incoming_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, draft):
        imaging.render(photo.original_path, draft, longest_side, settings.ARK_MAX_PIXELS)
    # Whoever deletes a photo first commits, then removes its pictures. So either this one was there
    # to be removed, or the row is gone by now.
    if not Photo.objects.filter(id=photo.id).exists():
        path.unlink(missing_ok=True)
        raise FileNotFoundError(path)
