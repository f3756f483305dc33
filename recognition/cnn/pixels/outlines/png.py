"""PNG (ISO/IEC 15948): its chunks, of which some are compressed text or colour profiles."""

from __future__ import annotations

from recognition.cnn.pixels.outlines.directory import check_exif
from recognition.cnn.pixels.outlines.outline import (
    MAX_METADATA_BYTES,
    OTHER_NS,
    Bytes,
    Outline,
    too_complex,
    truncated,
    unpack,
)

MAX_CHUNKS = 50_000  # of 25 MB in chunks of 512 bytes
MAX_ANCILLARY = 1000
MAX_COMPRESSED = 64  # text and profiles, of which each may become 1 MB
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_MOST_DEFLATED = 1040  # deflate makes nothing smaller than that


def outline(data: Bytes) -> Outline:
    length, name = unpack(">I4s", data, 8)
    if name != b"IHDR" or length != 13:
        raise truncated()
    width, height, bits, colour = unpack(">IIBB", data, 16)
    row_bytes = (width * bits * _CHANNELS.get(colour, 1) + 7) // 8
    pixel_bytes, is_whole = _walk(data)
    if is_whole and pixel_bytes * _MOST_DEFLATED < row_bytes * height:
        is_whole = False
    return Outline("PNG", width, height, width * height * OTHER_NS, is_whole)


def _walk(data: Bytes) -> tuple[int, bool]:
    """How many bytes of pixels there are, and whether the file goes on to its end."""
    place, end = 8, len(data)
    ancillary = compressed = pixel_bytes = 0
    for _ in range(MAX_CHUNKS):
        if place + 12 > end:
            return pixel_bytes, False
        length, name = unpack(">I4s", data, place)
        if name == b"IEND":
            return pixel_bytes, True
        if name == b"IDAT":
            pixel_bytes += min(length, end - place)
        elif name != b"fdAT":  # of an animation's further frames
            ancillary += 1
            compressed += name in (b"zTXt", b"iTXt", b"iCCP")
            if name == b"eXIf":
                check_exif(data[place + 8 : place + 8 + min(length, MAX_METADATA_BYTES)])
        if ancillary > MAX_ANCILLARY or compressed > MAX_COMPRESSED:
            raise too_complex()
        place += 12 + length
    raise too_complex()
