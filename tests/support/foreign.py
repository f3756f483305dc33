"""Files that people take for photos, and that are not read here: cameras' raw files, films, vector
graphics. Small, and as far as their first bytes and directories go as programs write them."""

from __future__ import annotations

import struct

import numpy as np

from tests.support.files import encoded, picture
from tests.support.hostile import box
from tests.support.tiffs import CFA, LINEAR_RAW, RGB, tiff_of

_THUMBNAIL = np.asarray(picture(16, 12))
_CAMERA = b"NIKON CORPORATION\0"


def _raw(photometric: int, compression: int, order: str = "<", dng: bool = False) -> bytes:
    """A thumbnail, and in a directory of its own what the sensor saw."""
    start = len(tiff_of(_THUMBNAIL, RGB, order=order, more=_more(0, dng)))
    inside = tiff_of(
        np.zeros((60, 80, 1), np.uint16),
        photometric,
        more=[(259, 3, (compression,)), (254, 4, (0,))],
        order=order,
    )
    (place,) = struct.unpack(order + "I", inside[4:8])
    return tiff_of(_THUMBNAIL, RGB, order=order, more=_more(start + place, dng)) + inside


def _more(inside: int, dng: bool) -> list[tuple[int, int, tuple[int, ...]]]:
    entries = [(254, 4, (1,)), (271, 7, tuple(_CAMERA)), (330, 4, (inside,))]
    return [*entries, (50706, 1, (1, 4, 0, 0))] if dng else entries


def _film(brand: bytes) -> bytes:
    return box(b"ftyp", brand + bytes(4) + brand + b"mp42") + box(b"mdat", bytes(300))


RAW = {
    "dng": _raw(CFA, 1, dng=True),
    "linear dng": _raw(LINEAR_RAW, 1, dng=True),
    "dng of a sensor alone": tiff_of(np.zeros((60, 80, 1), np.uint16), CFA),
    "nef": _raw(CFA, 34713),
    "big-endian nef": _raw(CFA, 34713, ">"),
    "arw": _raw(CFA, 32767),
    "pef": tiff_of(np.zeros((60, 80, 1), np.uint16), CFA, order=">", more=[(259, 3, (65535,))]),
    "cr2": b"II*\0\x10\0\0\0CR\x02\0" + bytes(500),
    "cr3": box(b"ftyp", b"crx \0\0\0\1crx isom") + box(b"moov", bytes(300)),
    "raf": b"FUJIFILMCCD-RAW 0201FF389502" + bytes(300),
    "rw2": b"IIU\0\x18\0\0\0" + bytes(300),
    "orf": b"IIRO\x08\0\0\0" + bytes(300),
    "older orf": b"IIRS\x08\0\0\0" + bytes(300),
    "big-endian orf": b"MMOR\0\0\0\x08" + bytes(300),
    "x3f": b"FOVb" + bytes(300),
    "mrw": b"\0MRM" + bytes(300),
    "crw": b"II\x1a\0\0\0HEAPCCDR" + bytes(300),
}
VIDEOS = {
    "mp4": _film(b"isom"),
    "mov": _film(b"qt  "),
    "m4v": _film(b"M4V "),
    "3gp": _film(b"3gp5"),
    "old mov": struct.pack(">I4s", 8, b"wide") + box(b"mdat", bytes(300)),
    "avi": b"RIFF\0\0\1\0AVI LIST" + bytes(300),
    "mkv": b"\x1a\x45\xdf\xa3" + bytes(300),
    "mpeg": b"\0\0\1\xba" + bytes(300),
    "ts": (b"\x47" + bytes(187)) * 4,
    "wmv": b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c" + bytes(300),
}
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
NAMED = {
    "JPEG XL": [
        b"\xff\x0a\xfa\x7f" + bytes(100),
        b"\0\0\0\x0cJXL \r\n\x87\n" + box(b"ftyp", b"jxl \0\0\0\0jxl ") + bytes(100),
    ],
    "JPEG XR": [b"II\xbc\1" + bytes(100)],
    "JPEG 2000": [encoded(picture(), "JPEG2000"), encoded(picture(), "JPEG2000", no_jp2=True)],
    "PSD": [b"8BPS\0\1" + bytes(200)],
    "PDF": [b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"],
    "PostScript": [b"%!PS-Adobe-3.0 EPSF-3.0\n" + bytes(100)],
    "SVG": [
        _SVG,
        b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n' + _SVG,
        b'<?xml version="1.0"?>\n<!-- Created with Inkscape -->\n' + _SVG,
        b'<?xml version="1.0"?>\r\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">' + _SVG,
        b"\xef\xbb\xbf<!-- Generator: Adobe Illustrator 27.0 -->\n" + _SVG,
    ],
}
FOREIGN = {
    **{name: (content, "RAW") for name, content in RAW.items()},
    **{name: (content, "video") for name, content in VIDEOS.items()},
    **{
        f"{name} {index}": (content, name)
        for name, contents in NAMED.items()
        for index, content in enumerate(contents)
    },
}
