"""What the outlines of all formats have in common."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Protocol

from recognition.cnn.pixels.unreadable import UnreadablePhoto

# About the most that decoding takes on a processor of today, in nanoseconds a pixel.
JPEG_NS = 2
JPEG_SCAN_NS = 1.5  # each scan of a JPEG whose scans are put together in memory
HEIF_NS = 24
OTHER_NS = 16

MAX_METADATA_BYTES = 4 << 20  # that are looked at before the pixels


class Bytes(Protocol):
    """Bytes, or a file mapped into memory."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes: ...
    def find(self, sub: bytes, start: int = ..., end: int = ..., /) -> int: ...
    def rfind(self, sub: bytes, start: int = ..., end: int = ..., /) -> int: ...


@dataclass(frozen=True)
class Outline:
    """format: Pillow's name. width, height: as stored, not turned upright.

    cost_ns: about how long decoding takes at most.
    is_whole: nothing is missing at the file's end, as far as its structure says.
    is_sure: that is as good as decoding it would tell.
    """

    format: str
    width: int
    height: int
    cost_ns: float
    is_whole: bool = True
    is_sure: bool = False

    @property
    def pixels(self) -> int:
        return self.width * self.height


def too_complex() -> UnreadablePhoto:
    return UnreadablePhoto("too_complex")


def truncated() -> UnreadablePhoto:
    return UnreadablePhoto("truncated")


def unpack(form: str, data: Bytes, place: int) -> tuple[Any, ...]:
    """As struct's. Raises UnreadablePhoto where the file ends before."""
    size = struct.calcsize(form)
    part = data[place : place + size]
    if len(part) < size or place < 0:
        raise truncated()
    return struct.unpack(form, part)
