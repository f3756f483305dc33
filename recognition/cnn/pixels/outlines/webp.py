"""WebP (RFC 9649): its chunks, and the size of its canvas."""

from __future__ import annotations

from recognition.cnn.pixels.outlines.directory import check_exif
from recognition.cnn.pixels.outlines.outline import (
    OTHER_NS,
    Bytes,
    Outline,
    too_complex,
    truncated,
    unpack,
)

MAX_CHUNKS = 5000  # frames of an animation among them


def outline(data: Bytes) -> Outline:
    (length,) = unpack("<I", data, 4)
    is_whole = length + 8 <= len(data)
    width = height = 0
    place, end = 12, min(length + 8, len(data))
    for _ in range(MAX_CHUNKS):
        if place + 8 > end:
            break
        name, size = unpack("<4sI", data, place)
        if not width:
            width, height = _size(name, data, place + 8)
        if name == b"EXIF":
            check_exif(data[place + 8 : place + 8 + size])
        place += 8 + size + size % 2
    else:
        raise too_complex()
    if not width:
        raise truncated()
    return Outline("WEBP", width, height, width * height * OTHER_NS, is_whole)


def _size(name: object, data: Bytes, place: int) -> tuple[int, int]:
    """Of a chunk that says it; 0, 0 for others."""
    if name == b"VP8X":
        numbers = unpack("<6B", data, place + 4)
        return 1 + _little(numbers[:3]), 1 + _little(numbers[3:])
    if name == b"VP8L":
        (packed,) = unpack("<I", data, place + 1)
        return 1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)
    if name == b"VP8 ":
        width, height = unpack("<HH", data, place + 6)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def _little(numbers: tuple[int, ...]) -> int:
    return int.from_bytes(bytes(numbers), "little")
