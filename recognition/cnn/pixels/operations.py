"""What a decoding process does with a photo. Pillow alone; NumPy only for photos that need it.

Each operation takes a photo that is open, further arguments, and memory to write pixels into; its
answer is JSON, in which `sizes` says how many bytes of what lie in that memory.
"""

from __future__ import annotations

import io
import math
import mmap
import struct
from collections.abc import Callable
from typing import IO, Any

from PIL import Image

from recognition.cnn.pixels.bounds import LIGHT_NS
from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.cropping import centre_square, scaled, squeezed
from recognition.cnn.pixels.decoding import (
    Opened,
    draft_jpeg,
    load_opened,
    open_photo,
    orientation,
    shrunk,
)
from recognition.cnn.pixels.exif import reading as exif
from recognition.cnn.pixels.exif import removing
from recognition.cnn.pixels.unreadable import UnreadablePhoto

Answer = dict[str, Any]

JPEG_QUALITY = 82
_MOST_ASPECT = 8  # of a photo that is looked at closer; what is longer is squeezed


def run(name: str, stream: IO[bytes], arguments: Answer, output: memoryview, apart: bool) -> Answer:
    """{"heavy": True} for what is to be decoded `apart` from others. Raises UnreadablePhoto."""
    if name == "place":
        return {"sizes": _write(_place(stream), output)}
    with open_photo(stream, arguments.pop("max_pixels")) as photo:
        if name == "inspect":
            return _inspect(photo, stream)
        if not apart and photo.outline.cost_ns > LIGHT_NS:
            return {"heavy": True}
        pixels, answer = _OPERATIONS[name](photo, **arguments)
        return {**answer, "sizes": _write(pixels, output)}


def _write(parts: list[bytes], output: memoryview) -> list[int]:
    place = 0
    for part in parts:
        if place + len(part) > len(output):
            raise UnreadablePhoto("too_complex")
        output[place : place + len(part)] = part
        place += len(part)
    return [len(part) for part in parts]


def _inspect(photo: Opened, stream: IO[bytes]) -> Answer:
    """Whether a photo is whole, and what it is. Decoding is the sure way; only a JPEG that ends as
    it should is believed without, and what would take long if its structure is complete."""
    image, outline = photo
    is_heavy = outline.cost_ns > LIGHT_NS
    capture = {} if image.format == "PNG" else exif.capture(image, stream)
    if is_heavy or outline.is_sure:
        if not outline.is_whole:
            raise UnreadablePhoto("truncated")
        # Of these two, Pillow knows the upright size before they are decoded.
        turn = 1 if image.format in ("TIFF", "HEIF") else orientation(image, Image.Image.getexif)
        size = image.size
    else:
        size = image.size
        draft_jpeg(image, 64, "L")
        image.load()
        turn = orientation(image)
    width, height = size[::-1] if turn >= 5 else size
    return {
        # What a PNG says may stand behind its pixels.
        "capture": capture or exif.capture(image, stream),
        "format": image.format or "",
        "width": width,
        "height": height,
        "cost_ms": outline.cost_ns / 1e6,
        "is_heavy": is_heavy,
        "sizes": [],
    }


def _place(stream: IO[bytes]) -> list[bytes]:
    """What to put where, so that the file does not say where the photo was taken: eight bytes that
    say the place, eight the length, and the new bytes, again and again."""
    with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = removing.patches(data)
    return [b"".join(struct.pack(">QQ", at, len(to)) + to for at, to in found)]


def _render(photo: Opened, longest_side: int) -> tuple[list[bytes], Answer]:
    """A JPEG at most `longest_side` pixels long."""
    size = photo.image.size
    picture = load_opened(photo.image, math.ceil(longest_side * min(size) / max(size)))
    picture.thumbnail((longest_side, longest_side), Image.Resampling.BICUBIC)
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)  # pixels only: no EXIF, GPS, XMP, comment or colour profile travels on
    jpeg = io.BytesIO()
    clean.save(jpeg, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return [jpeg.getvalue()], {}


def _views(
    photo: Opened, resize: int, crop: int, interpolation: str, kept_side: int
) -> tuple[list[bytes], Answer]:
    """The square that a network sees, and, if kept_side is not 0, the photo with a shorter side of
    at least so many pixels, for a closer look."""
    image = load_opened(photo.image, max(resize, kept_side))
    if kept_side:
        image = shrunk(image, max(resize, kept_side))
    square = centre_square(image, resize, crop, interpolation).tobytes()
    if not kept_side:
        return [square], {}
    kept = _compact(image)
    return [square, kept.tobytes()], {"kept_size": kept.size}


def _picture(
    photo: Opened, side: int, crop_side: int, box: list[float] | None
) -> tuple[list[bytes], Answer]:
    """The photo with its shorter side this long or, if there is a box, what is in it as a square,
    cut from at least crop_side pixels."""
    if box is None:
        picture = scaled(load_opened(photo.image, side), side)
    else:
        side_before = max(side, crop_side)
        image = shrunk(load_opened(photo.image, side_before), side_before)
        picture = squeezed(image, Box(*box), side, "bicubic")
    return [picture.tobytes()], {"size": picture.size}


def _compact(image: Image.Image) -> Image.Image:
    width, height = image.size
    most = _MOST_ASPECT * min(image.size)
    if max(image.size) <= most:
        return image
    return image.reduce((math.ceil(width / most), math.ceil(height / most)))


_OPERATIONS: dict[str, Callable[..., tuple[list[bytes], Answer]]] = {
    "render": _render,
    "views": _views,
    "picture": _picture,
}
