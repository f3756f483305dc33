"""The small pictures of a photo, drawn when somebody first needs them and kept."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from django.conf import settings

from recognition.models import Photo
from recognition.photos import imaging
from recognition.photos.deletion import RENDITION_SIDES

THUMBNAIL_SIDE, PREVIEW_SIDE = RENDITION_SIDES

# At most two pictures are drawn at once in a process, so that a page full of them does not slow
# uploads down, and never the same one twice. Should two processes draw the same one, the last to
# end replaces a picture by its equal.
_DRAWING = (Lock(), Lock())


def drawn(photo: Photo, longest_side: int) -> Path:
    """Where the picture is. Raises UnreadablePhoto, or FileNotFoundError."""
    path = photo.rendition_path(longest_side)
    if not path.exists():
        with _DRAWING[photo.id.int % len(_DRAWING)]:
            if not path.exists():
                imaging.render(photo.original_path, path, longest_side, settings.ARK_MAX_PIXELS)
    return path
