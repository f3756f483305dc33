"""GIF (GIF89a): what stands before the first frame's end; further frames are never looked at."""

from __future__ import annotations

from recognition.cnn.pixels.outlines.outline import (
    OTHER_NS,
    Bytes,
    Outline,
    too_complex,
    truncated,
    unpack,
)

MAX_BLOCKS_BEFORE = 20_000  # of at most 255 bytes
_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B


def outline(data: Bytes) -> Outline:
    width, height, flags = unpack("<HHB", data, 6)
    place = 13 + _palette_bytes(flags)
    blocks = 0
    while True:
        (kind,) = unpack("<B", data, place)
        if kind == _IMAGE:
            break
        if kind == _TRAILER:
            raise truncated()
        place = place + 1
        if kind == _EXTENSION:
            place, passed = _skip(data, place + 1, MAX_BLOCKS_BEFORE)
            blocks += passed
        blocks += 1
        if blocks > MAX_BLOCKS_BEFORE:
            raise too_complex()
    left, top, across, down, flags = unpack("<HHHHB", data, place + 1)
    width, height = max(width, left + across), max(height, top + down)
    is_whole = _is_whole(data, place + 10 + _palette_bytes(flags) + 1)
    return Outline("GIF", width, height, width * height * OTHER_NS, is_whole)


def _palette_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _is_whole(data: Bytes, place: int) -> bool:
    return _skip(data, place, len(data))[0] <= len(data)


def _skip(data: Bytes, place: int, most: int) -> tuple[int, int]:
    """Where the blocks end that begin here, and how many these are."""
    for passed in range(most):
        length = data[place : place + 1]
        if not length:
            return len(data) + 1, passed
        place += 1 + length[0]
        if not length[0]:
            return place, passed
    raise too_complex()
