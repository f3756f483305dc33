"""A file's outline, within what a photo may need: the first look at strangers' bytes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from recognition.cnn.pixels.outlines import bmp, gif, heif, jpeg, png, tiff, webp
from recognition.cnn.pixels.outlines.outline import Bytes, Outline
from recognition.cnn.pixels.signatures import HEAD_BYTES, supported_kind
from recognition.cnn.pixels.unreadable import UnreadablePhoto

LIGHT_NS = 400_000_000  # what costs more is decoded apart from others

_OUTLINES: dict[str, Callable[[Bytes], Outline]] = {
    "JPEG": jpeg.outline,
    "PNG": png.outline,
    "GIF": gif.outline,
    "BMP": bmp.outline,
    "TIFF": tiff.outline,
    "WEBP": webp.outline,
    "HEIF": partial(heif.outline, format="HEIF"),
    "AVIF": partial(heif.outline, format="AVIF"),
}


def checked(data: Bytes, max_pixels: int) -> Outline:
    """Raises UnreadablePhoto for what is no photo, or would take too much to decode."""
    outline = _OUTLINES[supported_kind(bytes(data[:HEAD_BYTES]))](data)
    if outline.pixels > max_pixels:
        raise UnreadablePhoto("too_many_pixels")
    return outline
