"""What kind of file it is, told by its first bytes: nothing is opened to find out."""

from __future__ import annotations

import re

HEAD_BYTES = 64

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
_AVIF_BRANDS = {b"avif", b"avis"}
# The brands of still pictures in ISO base media files (ISO/IEC 23008-12, AV1 Image File Format).
_HEIF_BRANDS = {
    *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"mif3", b"msf1"),
    *(b"avci", b"avcs", b"j2ki", b"jpeg", b"vvic"),
}
# Pictures of other kinds, so that people are told to convert them.
_OTHERS = (
    *(b"\0\0\1\0", b"\0\0\2\0", b"icns"),  # icons and cursors
    *(b"8BPS", b"8BPB", b"gimp xcf", b"%!PS", b"\xc5\xd0\xd3\xc6", b"AT&TFORM"),
    *(b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51", b"\0\0\0\x0cJXL ", b"\xff\x0a", b"II\xbc\1"),
    *(b"qoif", b"DDS ", b"FTEX", b"BLP1", b"BLP2", b"DanM", b"LinS", b"\x01\xda"),
    *(b"\x59\xa6\x6a\x95", b"\xd7\xcd\xc6\x9a", b"#?RADIANCE", b"\x76\x2f\x31\1", b"SIMPLE  ="),
    *(b"/* XPM */", b"#define ", b"Image type:", b"\xb1\x68\xde\x3a", b"IM ", b"\x0e\x03\x13\x01"),
    *(b"FUJIFILMCCD-RAW", b"IIU\0", b"IIRO", b"IIRS", b"MMOR", b"FOVb"),  # cameras' raw files
)
_OTHERS_PATTERN = re.compile(
    rb"P[1-7fFyY][\s#]"  # PNM
    rb"|\x0a[\x00-\x05][\x00\x01][\x01\x02\x04\x08]"  # PCX
    rb"|.{4}[\x11\x12]\xaf"  # FLI, FLC
    rb"|.{4}ftyp(?:crx|jxl)"
    rb"|\x01\x00\x00\x00.{36} EMF"
    # TGA, which has no signature
    rb"|.[\x00\x01][\x01\x02\x03\x09\x0a\x0b].{13}[\x01\x08\x0f\x10\x18\x20][\x00-\x3f]"
    rb"|(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<svg",
    re.DOTALL,
)


def kind_of(head: bytes) -> str | None:
    """Pillow's name of the supported format that these first bytes (HEAD_BYTES, or the whole file)
    belong to."""
    for signature, kind in _PHOTOS.items():
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return _kind_by_brand(head)


def looks_like_a_photo(head: bytes) -> bool:
    """Whether a file of a supported format could begin with these bytes (at least 12)."""
    return kind_of(head) is not None


def is_another_picture(head: bytes) -> bool:
    """Whether it is a picture, of a format that is not supported."""
    return head.startswith(_OTHERS) or _OTHERS_PATTERN.match(head) is not None


def _kind_by_brand(head: bytes) -> str | None:
    if head[4:8] != b"ftyp":
        return None
    brand = head[8:12]
    if brand in _AVIF_BRANDS:
        return "AVIF"
    if brand not in _HEIF_BRANDS:
        return None
    end = min(int.from_bytes(head[:4], "big"), len(head))
    compatible = {head[place : place + 4] for place in range(16, end - 3, 4)}
    is_avif = brand in (b"mif1", b"msf1") and bool(compatible & _AVIF_BRANDS)
    return "AVIF" if is_avif else "HEIF"
