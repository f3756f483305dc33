"""A PNG's texts and colour profile, of any size: what is not needed is never unpacked.

Pillow refuses a whole photo over a text or a profile that is longer than a megabyte.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

from PIL import ImageFile, PngImagePlugin

from recognition.cnn.pixels.colours import MAX_PROFILE_BYTES

_MOST_KEY_BYTES = 80
_WITH_ORIENTATION = (b"XML:com.adobe.xmp", b"Raw profile type exif", b"Raw profile type APP1")

Read = Callable[[Any, int, int], bytes]


def be_tolerant() -> None:
    """From now on, for all PNGs that this process opens."""
    stream: Any = PngImagePlugin.PngStream
    if stream.chunk_iCCP is _profile:
        return
    stream.chunk_iCCP = _profile
    for name in ("chunk_tEXt", "chunk_zTXt", "chunk_iTXt"):
        setattr(stream, name, _text(getattr(stream, name)))


def _text(read: Read) -> Read:
    """Only texts that may tell how a photo is turned."""

    def chunk(stream: Any, pos: int, length: int) -> bytes:
        place = stream.fp.tell()
        content = ImageFile._safe_read(stream.fp, length)
        if content[:_MOST_KEY_BYTES].split(b"\0")[0] in _WITH_ORIENTATION:
            stream.fp.seek(place)
            try:
                read(stream, pos, length)
            except (ValueError, SyntaxError):  # it is too long, or broken
                stream.fp.seek(place + length)
        return content

    return chunk


def _profile(stream: Any, pos: int, length: int) -> bytes:
    content = ImageFile._safe_read(stream.fp, length)
    _name, _, packed = content.partition(b"\0")
    unpack = zlib.decompressobj()
    try:
        profile = unpack.decompress(packed[1:], MAX_PROFILE_BYTES + 1)
    except zlib.error:
        profile = b""
    if len(profile) <= MAX_PROFILE_BYTES:
        stream.im_info["icc_profile"] = profile
    return content
