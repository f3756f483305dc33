"""HEIF and AVIF (ISO/IEC 23008-12): the items that a picture is put together from.

A grid names its tiles by number, the same one as often as it likes. So what counts is how many
pixels all of them have together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from recognition.cnn.pixels.outlines.outline import (
    HEIF_NS,
    Bytes,
    Outline,
    too_complex,
    truncated,
    unpack,
)

MAX_BOXES = 4096  # in one box
MAX_META_BYTES = 2 << 20
MAX_ITEMS = 4096
MAX_REFERENCES = 8192


class _Box(NamedTuple):
    name: bytes
    start: int
    end: int


def outline(data: Bytes, format: str) -> Outline:
    boxes = list(_boxes(data, 0, len(data)))
    is_whole = boxes[-1].end <= len(data)
    meta = next((box for box in boxes if box.name == b"meta"), None)
    if meta is None:
        return _of_sequence(data, boxes, format, is_whole)
    if meta.end > len(data):
        raise truncated()
    if meta.end - meta.start > MAX_META_BYTES:
        raise too_complex()
    sizes = _Sizes(data, meta)
    width, height = sizes.largest()
    cost_ns = max(width * height, sizes.put_together()) * HEIF_NS
    return Outline(format, width, height, cost_ns, is_whole)


def _of_sequence(data: Bytes, boxes: list[_Box], format: str, is_whole: bool) -> Outline:
    """Of a file of frames alone: its tracks say how large they are."""
    movie = next((box for box in boxes if box.name == b"moov"), None)
    if movie is None or movie.end > len(data):
        raise truncated()
    place = data.find(b"tkhd", movie.start, movie.end)
    if place < 0:
        raise truncated()
    (length,) = unpack(">I", data, place - 4)
    width, height = (each >> 16 for each in unpack(">II", data, place - 4 + length - 8))
    return Outline(format, width, height, width * height * HEIF_NS, is_whole)


class _Sizes:
    """How large the items of a file are, and which of them others are put together from."""

    def __init__(self, data: Bytes, meta: _Box) -> None:
        self._data = data
        self._properties: list[tuple[int, int] | None] = []
        self._of_item: dict[int, tuple[int, int]] = {}
        self._parts: list[int] = []
        inside = {box.name: box for box in _boxes(data, meta.start + 4, meta.end)}
        if b"iprp" in inside:
            self._read_properties(inside[b"iprp"])
        if b"iref" in inside:
            self._read_references(inside[b"iref"])

    def largest(self) -> tuple[int, int]:
        sizes = (size for size in self._properties if size)
        return max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))

    def put_together(self) -> int:
        """Pixels of all parts, each counted as often as it is named."""
        sizes = (self._of_item.get(item, (0, 0)) for item in self._parts)
        return sum(width * height for width, height in sizes)

    def _read_properties(self, box: _Box) -> None:
        associations = []
        for inner in _boxes(self._data, box.start, box.end):
            if inner.name == b"ipco":
                self._properties = [
                    self._size(each) for each in _boxes(self._data, inner.start, inner.end)
                ]
            elif inner.name == b"ipma":
                associations.append(inner)
        for inner in associations:
            self._associate(inner)

    def _size(self, box: _Box) -> tuple[int, int] | None:
        if box.name != b"ispe":
            return None
        width, height = unpack(">II", self._data, box.start + 4)
        return width, height

    def _associate(self, box: _Box) -> None:
        version, *_, flags, count = unpack(">BBBBI", self._data, box.start)
        if count > MAX_ITEMS:
            raise too_complex()
        form = ">HB" if version < 1 else ">IB"
        is_wide = flags & 1
        place = box.start + 8
        for _ in range(count):
            item, several = unpack(form, self._data, place)
            place += 3 if version < 1 else 5
            for index in unpack(f">{several}{'H' if is_wide else 'B'}", self._data, place):
                number = (index & (0x7FFF if is_wide else 0x7F)) - 1
                if 0 <= number < len(self._properties) and (size := self._properties[number]):
                    self._of_item[item] = size
            place += several * (2 if is_wide else 1)

    def _read_references(self, box: _Box) -> None:
        (version,) = unpack(">B", self._data, box.start)
        number = "H" if version == 0 else "I"
        for inner in _boxes(self._data, box.start + 4, box.end):
            _, count = unpack(f">{number}H", self._data, inner.start)
            if len(self._parts) + count > MAX_REFERENCES:
                raise too_complex()
            items = unpack(
                f">{count}{number}", self._data, inner.start + (4 if version == 0 else 6)
            )
            self._parts += items if inner.name == b"dimg" else ()


def _boxes(data: Bytes, place: int, end: int) -> Iterator[_Box]:
    """The boxes from one place to another (ISO/IEC 14496-12); the last may reach further."""
    for _ in range(MAX_BOXES):
        if place >= end:
            return
        length, name = unpack(">I4s", data, place)
        header = 8
        if length == 1:  # the size did not fit into 32 bits
            (length,) = unpack(">Q", data, place + 8)
            header = 16
        if length == 0:  # reaches to the end, wherever that is
            length = end - place
        if length < header:
            raise truncated()
        yield _Box(bytes(name), place + header, place + length)
        place += length
    raise too_complex()
