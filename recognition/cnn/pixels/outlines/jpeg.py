"""JPEG (ITU-T T.81): its segments, and how often the decoder goes over all pixels."""

from __future__ import annotations

from recognition.cnn.pixels.outlines.directory import check_exif
from recognition.cnn.pixels.outlines.outline import (
    JPEG_NS,
    JPEG_SCAN_NS,
    Bytes,
    Outline,
    too_complex,
    truncated,
    unpack,
)
from recognition.cnn.pixels.unreadable import UnreadablePhoto

MAX_SEGMENTS = 1000  # before the first scan; a colour profile may take 255, large XMP some hundred
MAX_EXIF_SEGMENTS = 16
MAX_SCANS = 100  # programs write at most about 20
MAX_JUNK_BYTES = 1 << 16
TAIL_BYTES = 64  # some programs write a few bytes more after the end

_END = b"\xff\xd9"
_SCAN = b"\xff\xda"
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_SEQUENTIAL = {0xC0, 0xC1, 0xC3}
_COMPONENTS = (1, 3, 4)
_ARITHMETIC = {0xC9, 0xCA, 0xCB}
_ARITHMETIC_FACTOR = 8


class _Header:
    """What stands before the first scan."""

    def __init__(self, data: Bytes) -> None:
        self.frame = 0
        self.width = self.height = self.components = 0
        self._data = data
        self._junk = self._exif_segments = 0
        place = 2
        for _ in range(MAX_SEGMENTS):
            marker, place = self._next_marker(place)
            if marker in _WITHOUT_LENGTH:
                continue
            (length,) = unpack(">H", data, place)
            if marker == 0xDA:
                self.first_scan = place
                return
            self._segment(marker, place + 2, place + length)
            place += length
        raise too_complex()

    def is_sequential(self) -> bool:
        """Whether the first scan has all there is, so that rows are decoded one after another."""
        (components,) = unpack(">B", self._data, self.first_scan + 2)
        return self.frame in _SEQUENTIAL and components >= self.components

    def _next_marker(self, place: int) -> tuple[int, int]:
        while True:
            found = self._data.find(b"\xff", place, place + MAX_JUNK_BYTES)
            if found < 0:
                raise truncated()
            (marker,) = unpack(">B", self._data, found + 1)
            self._junk += found + 1 - place
            if self._junk > MAX_JUNK_BYTES:
                raise truncated()
            place = found + 1
            if marker not in (0x00, 0xFF):
                return marker, place + 1

    def _segment(self, marker: int, start: int, end: int) -> None:
        if marker in _FRAMES:
            self.frame = marker
            bits, self.height, self.width, self.components = unpack(">BHHB", self._data, start)
            if bits != 8 or self.components not in _COMPONENTS:  # X-rays, mostly
                raise UnreadablePhoto("unsupported_format")
        elif marker == 0xE1 and self._data[start : start + 6] == b"Exif\0\0":
            self._exif_segments += 1
            if self._exif_segments > MAX_EXIF_SEGMENTS:
                raise too_complex()
            check_exif(self._data[start:end])
        elif marker == 0xE2 and self._data[start : start + 4] == b"MPF\0":
            check_exif(self._data[start + 4 : end])


def outline(data: Bytes) -> Outline:
    header = _Header(data)
    if not header.frame:
        raise truncated()
    pixels = header.width * header.height
    scans = 1 if header.is_sequential() else _count_scans(data, header.first_scan)
    cost_ns = pixels * (JPEG_NS if scans == 1 else JPEG_NS + JPEG_SCAN_NS * scans)
    if header.frame in _ARITHMETIC:
        cost_ns *= _ARITHMETIC_FACTOR
    is_sure = _has_its_end(data)
    is_whole = is_sure or data.rfind(_END) > max(data.rfind(_SCAN), header.first_scan)
    return Outline("JPEG", header.width, header.height, cost_ns, is_whole, is_sure)


def _has_its_end(data: Bytes) -> bool:
    """Whether a JPEG's end marker stands at its end, or shortly before.

    Inside the compressed pixels these two bytes never follow each other (ITU-T T.81, B.1.1.5).
    """
    return _END in data[max(0, len(data) - TAIL_BYTES) :]


def _count_scans(data: Bytes, place: int) -> int:
    scans = 0
    while place >= 0:
        scans += 1
        if scans > MAX_SCANS:
            raise too_complex()
        place = data.find(_SCAN, place + 2)
    return scans
