"""Which bytes of a photo's file say where it was taken, and what to put in their stead.

The file keeps its length and its pixels, and nothing else of it changes. Places stand in EXIF's
directory of GPS, wherever the file has one (a thumbnail and a second picture have their own), and
in XMP, which is text. A PNG has its checksums corrected; what it holds packed becomes a chunk that
nobody reads.

Strangers' bytes: the product calls this in child processes alone (`pixels/pool.py`).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from recognition.cnn.pixels.exif.reading import GPS
from recognition.cnn.pixels.outlines.directory import Directory
from recognition.cnn.pixels.outlines.outline import Bytes, too_complex, unpack
from recognition.cnn.pixels.unreadable import UnreadablePhoto

MOST_PATCHES = 5000
_MOST_BLOCKS = 5000  # of which pixels have some too, by chance
_MOST_DIRECTORIES = 100  # of a block, such as pages
_HEADERS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_CHUNKS = 100_000
_UNREAD = b"noNe"  # the type of a chunk that readers pass over
_PACKED = re.compile(rb"Raw profile type (?:exif|APP1|xmp)\0|XML:com\.adobe\.xmp\0\x01")
_XMP = re.compile(
    rb"GPS[A-Za-z]{1,40}\s{0,9}=\s{0,9}(?:\"([^\"<>]{1,200})\"|'([^'<>]{1,200})')"
    rb"|<[A-Za-z]{1,30}:GPS[A-Za-z]{1,40}(?:\s[^<>]{0,200})?>([^<>]{1,200})</"
)


class Patch(NamedTuple):
    """Bytes to stand at this place of the file."""

    place: int
    content: bytes


def patches(data: Bytes) -> list[Patch]:
    """In the order of their places; none overlaps another, and each is as long as what it replaces.

    Raises UnreadablePhoto for a file that has more of it than any camera writes.
    """
    found: dict[int, Patch] = {}
    for patch in _of_blocks(data):
        _add(found, patch)
    for match in _XMP.finditer(data):  # type: ignore[call-overload]
        start, end = match.span(match.lastindex or 0)
        _add(found, Patch(start, b" " * (end - start)))
    if data[:8] == _PNG:
        return _in_chunks(data, found)
    return _in_order(found)


def _add(found: dict[int, Patch], patch: Patch) -> None:
    before = found.get(patch.place)
    if before is None or len(before.content) < len(patch.content):
        found[patch.place] = patch
    if len(found) > MOST_PATCHES:
        raise too_complex()


def _in_order(found: dict[int, Patch]) -> list[Patch]:
    """Of two that overlap the first gives way to both."""
    merged: list[Patch] = []
    for patch in sorted(found.values()):
        last = merged[-1] if merged else Patch(0, b"")
        over = last.place + len(last.content) - patch.place
        if over > 0:
            merged[-1] = Patch(last.place, last.content + patch.content[over:])
        else:
            merged.append(patch)
    return merged


def _of_blocks(data: Bytes) -> Iterator[Patch]:
    blocks = 0
    for header in _HEADERS:
        start = data.find(header)
        while start >= 0:
            blocks += 1
            if blocks > _MOST_BLOCKS:
                raise too_complex()
            yield from _of_block(data, start)
            start = data.find(header, start + 4)


def _of_block(data: Bytes, start: int) -> Iterator[Patch]:
    """Nothing where the block is none."""
    block = _Below(data, start)
    for place in _directories(block):
        try:
            pointer = Directory(block, place).number(GPS)
            if pointer:
                yield from _blank(block, pointer)
        except UnreadablePhoto:
            continue


def _directories(block: _Below) -> Iterator[int]:
    """Where the block's directories begin, one behind the other."""
    order = "<" if block[:2] == b"II" else ">"
    is_big = block[2:4] in (b"+\0", b"\0+")
    seen: set[int] = set()
    try:
        (place,) = unpack(order + ("Q" if is_big else "I"), block, 8 if is_big else 4)
        while place and place not in seen and len(seen) < _MOST_DIRECTORIES:
            seen.add(place)
            yield place
            (count,) = unpack(order + ("Q" if is_big else "H"), block, place)
            behind = place + (8 + 20 * count if is_big else 2 + 12 * count)
            (place,) = unpack(order + ("Q" if is_big else "I"), block, behind)
    except UnreadablePhoto:
        return


def _blank(block: _Below, place: int) -> Iterator[Patch]:
    """A directory without an entry, and nothing where its values were."""
    directory = Directory(block, place)
    is_big = block[2:4] in (b"+\0", b"\0+")
    head = 8 if is_big else 2
    order = "<" if block[:2] == b"II" else ">"
    (count,) = unpack(order + ("Q" if is_big else "H"), block, place)
    size = head + count * (20 if is_big else 12)
    size = min(size, len(block) - place)
    for entry in directory.entries.values():
        length = min(entry.bytes, len(block) - entry.place)
        if not place <= entry.place < place + size and length > 0:
            yield Patch(block.start + entry.place, bytes(length))
    yield Patch(block.start + place, bytes(size))


class _Below:
    """A file from some place on."""

    def __init__(self, data: Bytes, start: int) -> None:
        self._data, self.start = data, start

    def __len__(self) -> int:
        return len(self._data) - self.start

    def __getitem__(self, part: slice) -> bytes:
        start = self.start + (part.start or 0)
        stop = len(self._data) if part.stop is None else self.start + part.stop
        return self._data[start:stop] if part.start is None or part.start >= 0 else b""

    def find(self, sub: bytes, start: int = 0, end: int | None = None) -> int:
        raise NotImplementedError

    rfind = find


def _in_chunks(data: Bytes, found: dict[int, Patch]) -> list[Patch]:
    """The patches of a PNG's chunks as they are afterwards, checksum and all."""
    waiting = _in_order(found)
    done: list[Patch] = []
    place = 8
    for _ in range(_MOST_CHUNKS):
        head = data[place : place + 8]
        if len(head) < 8:
            return done
        length, name = int.from_bytes(head[:4], "big"), head[4:]
        start, end = place + 8, min(place + 8 + length, len(data))
        inside = [each for each in waiting if start <= each.place < end]
        is_text = name in (b"tEXt", b"zTXt", b"iTXt")
        if is_text and (inside or _PACKED.match(data[start : start + 40])):
            name, content = _UNREAD, bytes(end - start)
        elif inside and name == b"eXIf":
            content = _patched(data[start:end], start, inside)
        else:  # pixels, in which such bytes mean nothing
            place = end + 4
            continue
        check = zlib.crc32(content, zlib.crc32(name)).to_bytes(4, "big")
        done.append(Patch(place + 4, name + content + check))
        place = end + 4
    raise too_complex()


def _patched(content: bytes, start: int, patches: list[Patch]) -> bytes:
    changed = bytearray(content)
    for place, bytes_ in patches:
        at = place - start
        changed[at : at + len(bytes_)] = bytes_[: len(changed) - at]
    return bytes(changed)
