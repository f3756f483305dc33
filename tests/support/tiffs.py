"""TIFF and BMP files of any kind, written number by number: Pillow writes only the usual ones."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Entry = tuple[int, int, tuple[int, ...]]  # tag, type, values

_FORMS = {1: "B", 3: "H", 4: "I", 7: "B", 16: "Q"}
_OFFSETS = 273
GREY, RGB, PALETTE, CMYK, YCBCR, LAB, CFA, LINEAR_RAW = 1, 2, 3, 5, 6, 8, 32803, 34892
UNSIGNED, SIGNED, FLOAT = 1, 2, 3


def tiff_of(
    values: npt.NDArray[np.generic],
    photometric: int = GREY,
    *,
    more: Sequence[Entry] = (),
    order: str = "<",
    is_planar: bool = False,
    is_big: bool = False,
) -> bytes:
    """A TIFF of these values, (height, width, channels), not compressed.

    more: further entries, or others in place of those that are made here.
    """
    height, width, channels = values.shape
    kinds = {"u": UNSIGNED, "i": SIGNED, "f": FLOAT, "c": 6}
    planes = [values[..., channel] for channel in range(channels)] if is_planar else [values]
    byte_order = values.dtype.newbyteorder(order)
    parts = [np.ascontiguousarray(plane).astype(byte_order).tobytes() for plane in planes]
    entries = {
        256: (4, (width,)),
        257: (4, (height,)),
        258: (3, (values.itemsize * 8,) * channels),
        259: (3, (1,)),
        262: (3, (photometric,)),
        277: (3, (channels,)),
        278: (4, (height,)),
        279: (4, tuple(len(part) for part in parts)),
        284: (3, (2 if is_planar else 1,)),
        339: (3, (kinds[values.dtype.kind],) * channels),
        _OFFSETS: (4, (0,) * len(parts)),
    }
    entries |= {tag: (type_, values_) for tag, type_, values_ in more}
    return directory_of(entries, b"".join(parts), [len(part) for part in parts], order, is_big)


def directory_of(
    entries: dict[int, tuple[int, tuple[int, ...]]],
    content: bytes,
    lengths: Sequence[int] = (),
    order: str = "<",
    is_big: bool = False,
) -> bytes:
    """A file of one directory; the strips' places are where `content` stands."""
    size, inline = (20, 8) if is_big else (12, 4)
    head = 16 if is_big else 8
    count_bytes, next_bytes = (8, 8) if is_big else (2, 4)
    place = head + count_bytes + size * len(entries) + next_bytes
    written = {tag: _packed(type_, values, order) for tag, (type_, values) in entries.items()}
    start = place + sum(len(each) for each in written.values() if len(each) > inline)
    if lengths:
        starts = tuple(start + sum(lengths[:index]) for index in range(len(lengths)))
        written[_OFFSETS] = _packed(4, starts, order)
    table, values = b"", b""
    for tag, (type_, numbers) in sorted(entries.items()):
        packed = written[tag]
        where = packed.ljust(inline, b"\0")
        if len(packed) > inline:
            where = struct.pack(order + ("Q" if is_big else "I"), place + len(values))
            values += packed
        form = order + ("HHQ" if is_big else "HHI")
        table += struct.pack(form, tag, type_, len(numbers)) + where
    mark = b"II" if order == "<" else b"MM"
    if is_big:
        header = mark + struct.pack(order + "HHHQQ", 43, 8, 0, 16, len(entries))
    else:
        header = mark + struct.pack(order + "HIH", 42, 8, len(entries))
    return header + table + bytes(next_bytes) + values + content


def _packed(type_: int, values: tuple[int, ...], order: str) -> bytes:
    return struct.pack(f"{order}{len(values)}{_FORMS[type_]}", *values)


def bmp32(pixels: npt.NDArray[np.uint8], header_bytes: int = 124, compression: int = 3) -> bytes:
    """A BMP of (height, width, 4) values: blue, green, red, alpha."""
    height, width, _ = pixels.shape
    content = pixels[::-1].tobytes()
    header = struct.pack("<IiiHHII", header_bytes, width, height, 1, 32, compression, len(content))
    header += bytes(16) + struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = header[: max(header_bytes, 52)].ljust(header_bytes, b"\0")
    start = 14 + len(header)
    return b"BM" + struct.pack("<IHHI", start + len(content), 0, 0, start) + header + content
