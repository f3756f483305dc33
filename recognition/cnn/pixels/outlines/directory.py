"""TIFF's directories of tagged values (TIFF 6.0, section 2), which EXIF uses too."""

from __future__ import annotations

from typing import NamedTuple

from recognition.cnn.pixels.outlines.outline import (
    MAX_METADATA_BYTES,
    Bytes,
    too_complex,
    unpack,
)
from recognition.cnn.pixels.unreadable import UnreadablePhoto

MAX_ENTRIES = 1000
MAX_EXIF_BYTES = 1 << 20

_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_TYPE_BYTES |= {16: 8, 17: 8, 18: 8}  # BigTIFF's
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


class Entry(NamedTuple):
    """place: where its values stand in the file."""

    type: int
    length: int
    place: int

    @property
    def bytes(self) -> int:
        return self.length * _TYPE_BYTES.get(self.type, 1)


class Directory:
    """A directory of a file, the first one by default. Raises UnreadablePhoto."""

    def __init__(self, data: Bytes, start: int | None = None) -> None:
        self._data = data
        self._order = "<" if data[:2] == b"II" else ">"
        is_big = unpack(self._order + "H", data, 2) == (43,)
        if start is None:
            (start,) = unpack(self._order + ("Q" if is_big else "I"), data, 8 if is_big else 4)
        (count,) = unpack(self._order + ("Q" if is_big else "H"), data, start)
        form = self._order + ("HHQ" if is_big else "HHI")
        first, size, inline = (start + 8, 20, 8) if is_big else (start + 2, 12, 4)
        there = (len(data) - first) // size
        self.is_cut = count > there
        count = min(count, there)  # readers take what is there
        if count > MAX_ENTRIES:
            raise too_complex()
        self.entries: dict[int, Entry] = {}
        for place in range(first, first + count * size, size):
            tag, type_, length = unpack(form, data, place)
            at = place + size - inline
            entry = Entry(type_, length, at)
            if entry.bytes > inline:
                (at,) = unpack(self._order + ("Q" if is_big else "I"), data, at)
            self.entries[tag] = Entry(type_, length, at)
        # Readers copy each entry's values, also those that several entries share.
        copied = sum(min(entry.bytes, len(data)) for entry in self.entries.values())
        if copied > max(MAX_METADATA_BYTES, 2 * len(data)):
            raise too_complex()

    def numbers(self, tag: int) -> tuple[int, ...]:
        """The values of an entry of whole numbers, () if there is none."""
        entry = self.entries.get(tag)
        form = _INTEGERS.get(entry.type) if entry else None
        if entry is None or form is None:
            return ()
        if entry.bytes > MAX_METADATA_BYTES:
            raise too_complex()
        return unpack(f"{self._order}{entry.length}{form}", self._data, entry.place)

    def number(self, tag: int, default: int = 0) -> int:
        """The first of them."""
        return next(iter(self.numbers(tag)), default)


def check_exif(block: bytes) -> None:
    """Refuse an EXIF block of which a reader would make much more than it is. One that is broken
    does no harm."""
    block = block.removeprefix(b"Exif\0\0")
    if len(block) > MAX_EXIF_BYTES:
        raise too_complex()
    try:
        Directory(block)
    except UnreadablePhoto as error:
        if error.code == "too_complex":
            raise
