"""What kind of file it is, told by its first bytes: nothing is opened to find out.

Every door asks `supported_kind`, so that all of them say the same of the same file.
"""

from __future__ import annotations

import re

from recognition.cnn.pixels.unreadable import UnreadablePhoto

HEAD_BYTES = 512

RAW = "RAW"
_PHOTOS = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",  # BigTIFF
    b"MM\0+": "TIFF",
}
AVIF_BRANDS = {b"avif", b"avis"}
# The brands of still pictures in ISO base media files (ISO/IEC 23008-12, AV1 Image File Format).
_HEIF_BRANDS = {
    *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"),
    *(b"mif1", b"mif2", b"mif3", b"msf1", b"miaf", b"1pic"),
    *(b"avci", b"avcs", b"j2ki", b"jpeg", b"jpgs", b"vvic", b"vvis"),
}
_OTHER_BRANDS = {b"crx ": RAW, b"jxl ": "JPEG XL", b"jp2 ": "JPEG 2000", b"jpx ": "JPEG 2000"}
_SOUND_BRANDS = {b"M4A ", b"M4B ", b"M4P "}
# What else people take for a photo, so that they are told to convert it: with the name that they
# know it by, if they do.
_OTHERS: dict[str, tuple[bytes, ...]] = {
    RAW: (
        *(b"FUJIFILMCCD-RAW", b"IIU\0", b"IIRO", b"IIRS", b"MMOR", b"FOVb", b"\0MRM"),
        b"II\x1a\0\0\0HEAPCCDR",
    ),
    "JPEG XL": (b"\xff\x0a", b"\0\0\0\x0cJXL "),
    "JPEG 2000": (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),
    "JPEG XR": (b"II\xbc\0", b"II\xbc\1"),
    "PSD": (b"8BPS", b"8BPB"),
    "PDF": (b"%PDF-", b"\xef\xbb\xbf%PDF-"),
    "PostScript": (b"%!PS", b"\xc5\xd0\xd3\xc6"),
    "video": (
        *(b"\x1a\x45\xdf\xa3", b"\0\0\1\xba", b"\0\0\1\xb3", b"FLV\1"),
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # WMV
    ),
    "": (
        *(b"\0\0\1\0", b"\0\0\2\0", b"icns"),  # icons and cursors
        *(b"gimp xcf", b"AT&TFORM", b"qoif", b"DDS ", b"FTEX", b"BLP1", b"BLP2", b"DanM", b"LinS"),
        *(b"\x01\xda", b"\x59\xa6\x6a\x95", b"\xd7\xcd\xc6\x9a", b"#?RADIANCE", b"\x76\x2f\x31\1"),
        *(b"SIMPLE  =", b"/* XPM */", b"#define ", b"Image type:", b"\xb1\x68\xde\x3a", b"IM "),
        *(b"\x0e\x03\x13\x01", b"BPG\xfb", b"FLIF"),
    ),
}
_PATTERNS = {
    "SVG": re.compile(
        rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,400}?-->\s*)?"
        rb"(?:<!DOCTYPE\s+svg|<(?:svg:)?svg[\s>])",
        re.DOTALL | re.IGNORECASE,
    ),
    RAW: re.compile(rb"II\*\0.{4}CR\x02|.{4}ftypcrx ", re.DOTALL),  # Canon's
    "video": re.compile(
        rb"RIFF.{4}AVI |.{4}(?:moov|mdat|wide|pnot)|\x47.{187}\x47.{187}\x47", re.DOTALL
    ),
    "": re.compile(
        rb"P[1-7fFyY][\s#]"  # PNM
        rb"|\x0a[\x00-\x05][\x00\x01][\x01\x02\x04\x08]"  # PCX
        rb"|.{4}[\x11\x12]\xaf"  # FLI, FLC
        rb"|\x01\x00\x00\x00.{36} EMF"
        # TGA, which has no signature
        rb"|.[\x00\x01][\x01\x02\x03\x09\x0a\x0b].{13}[\x01\x08\x0f\x10\x18\x20][\x00-\x3f]",
        re.DOTALL,
    ),
}


def supported_kind(head: bytes) -> str:
    """Pillow's name of the format that these first bytes (HEAD_BYTES, or the whole file) belong to.

    Raises UnreadablePhoto for what is no photo, or of another format.
    """
    if _PATTERNS[RAW].match(head):
        raise UnreadablePhoto("unsupported_format", RAW)
    kind = _kind(head)
    if kind is not None:
        return kind
    other = _other(head)
    if other is None:
        raise UnreadablePhoto("not_an_image")
    raise UnreadablePhoto("unsupported_format", other)


def _kind(head: bytes) -> str | None:
    for signature, kind in _PHOTOS.items():
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return _kind_by_brand(head) if head[4:8] == b"ftyp" else None


def _kind_by_brand(head: bytes) -> str | None:
    """A brand that nobody knows yet may name one that is known as compatible."""
    brand = head[8:12]
    end = min(int.from_bytes(head[:4], "big"), len(head))
    compatible = {head[place : place + 4] for place in range(16, end - 3, 4)}
    if brand in _OTHER_BRANDS or brand in _SOUND_BRANDS:
        return None
    if brand in AVIF_BRANDS:
        return "AVIF"
    if brand in _HEIF_BRANDS - {b"mif1", b"mif2", b"mif3", b"msf1", b"miaf"}:
        return "HEIF"
    if compatible & AVIF_BRANDS:
        return "AVIF"
    return "HEIF" if brand in _HEIF_BRANDS or compatible & _HEIF_BRANDS else None


def _other(head: bytes) -> str | None:
    """The name of a picture's or film's format, empty if nobody knows it by that."""
    if head[4:8] == b"ftyp" and head[8:12] not in _SOUND_BRANDS:
        return _OTHER_BRANDS.get(head[8:12], "video")
    for name, signatures in _OTHERS.items():
        if head.startswith(signatures):
            return name
    return next((name for name, pattern in _PATTERNS.items() if pattern.match(head)), None)
