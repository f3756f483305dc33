"""TIFF (6.0, and BigTIFF): the first directory, and the strips or tiles that it names."""

from __future__ import annotations

from recognition.cnn.pixels.outlines.directory import Directory
from recognition.cnn.pixels.outlines.jpeg import MAX_SCANS
from recognition.cnn.pixels.outlines.outline import (
    JPEG_SCAN_NS,
    OTHER_NS,
    Bytes,
    Outline,
    too_complex,
    truncated,
)
from recognition.cnn.pixels.outlines.raw import is_raw
from recognition.cnn.pixels.signatures import RAW
from recognition.cnn.pixels.unreadable import UnreadablePhoto

MAX_PARTS = 65_536  # strips or tiles
MAX_SAMPLES = 8  # of a pixel
MAX_SAMPLE_BITS = 64
_SPARE_PIXELS = 1 << 20  # that tiles may have beyond the picture
_JPEGS = (6, 7)
_SCAN = b"\xff\xda"
_PLAIN, _YCBCR, _BY_COLOUR = 1, 6, 2
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _SUBSAMPLING = 256, 257, 258, 259, 262, 530
_STRIP_OFFSETS, _SAMPLES, _STRIP_BYTES, _PLANAR = 273, 277, 279, 284
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_BYTES = 322, 323, 324, 325


def outline(data: Bytes) -> Outline:
    directory = Directory(data)
    if is_raw(data, directory):
        raise UnreadablePhoto("unsupported_format", RAW)
    width, height = directory.number(_WIDTH), directory.number(_HEIGHT)
    if not width or not height:
        raise truncated()
    bits = directory.numbers(_BITS)
    samples = max(directory.number(_SAMPLES, 1), len(bits))
    if samples > MAX_SAMPLES or any(each > MAX_SAMPLE_BITS for each in bits):
        raise too_complex()
    is_plain = directory.number(_COMPRESSION, _PLAIN) == _PLAIN  # else libtiff reads it
    if is_plain and (_is_subsampled(directory) or _is_in_deep_planes(directory, bits)):
        raise UnreadablePhoto("unsupported_format")
    is_tiled = _TILE_OFFSETS in directory.entries
    offsets = directory.numbers(_TILE_OFFSETS if is_tiled else _STRIP_OFFSETS)
    lengths = directory.numbers(_TILE_BYTES if is_tiled else _STRIP_BYTES)
    pixels = width * height
    part_pixels = directory.number(_TILE_WIDTH) * directory.number(_TILE_HEIGHT)
    decoded = part_pixels * len(offsets) if is_tiled else pixels
    if len(offsets) > MAX_PARTS or decoded > samples * (4 * pixels + _SPARE_PIXELS):
        raise too_complex()
    cost_ns: float = max(pixels, decoded) * OTHER_NS * samples / 3
    if directory.number(_COMPRESSION) in _JPEGS:
        cost_ns += pixels * JPEG_SCAN_NS * _scans_of_one(data, len(offsets))
    ends = (offset + length for offset, length in zip(offsets, lengths, strict=False))
    is_whole = bool(offsets) and not directory.is_cut and max(ends, default=0) <= len(data)
    return Outline("TIFF", width, height, cost_ns, is_whole)


def _is_subsampled(directory: Directory) -> bool:
    """Colours for each other pixel: Pillow alone would read beyond the end."""
    is_ycbcr = directory.number(_PHOTOMETRIC) == _YCBCR
    return is_ycbcr and any(each != 1 for each in directory.numbers(_SUBSAMPLING))


def _is_in_deep_planes(directory: Directory, bits: tuple[int, ...]) -> bool:
    """Each colour by itself, in more than 8 bits: Pillow alone would read them as bytes."""
    return directory.number(_PLANAR) == _BY_COLOUR and len(bits) > 1 and bits[0] != 8


def _scans_of_one(data: Bytes, parts: int) -> int:
    """How many scans a strip or tile in JPEG may have, if all others have a single one."""
    scans, place = 0, data.find(_SCAN)
    while place >= 0:
        scans += 1
        if scans > parts + MAX_SCANS:
            raise too_complex()
        place = data.find(_SCAN, place + 2)
    return max(1, scans - parts)
