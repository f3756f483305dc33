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


def named(error: UnreadablePhoto, kind: str) -> UnreadablePhoto:
    """A rare variant of this format is refused by its name."""
    is_rare = error.code == "unsupported_format" and not error.kind
    return UnreadablePhoto(error.code, kind) if is_rare else error


def checked(data: Bytes, max_pixels: int) -> Outline:
    """Raises UnreadablePhoto for what is no photo, or would take too much to decode."""
    kind = supported_kind(bytes(data[:HEAD_BYTES]))
    try:
        outline = _OUTLINES[kind](data)
    except UnreadablePhoto as error:
        raise named(error, kind) from None
    if outline.pixels > max_pixels:
        raise UnreadablePhoto("too_many_pixels")
    return outline
