"""Files that say little and want much: for each format, what would cost a careless reader seconds
or hundreds of megabytes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

from PIL import Image

from tests.support.files import encoded, noise, picture


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def many_scans(scans: int, side: int = 2000) -> bytes:
    """A progressive JPEG whose last scan comes again and again, and says nothing new."""
    jpeg = encoded(Image.new("L", (side, side), 100), "JPEG", progressive=True)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + jpeg[last:-2] * (scans - jpeg.count(b"\xff\xda", 0, last)) + b"\xff\xd9"


def directory(entries: list[tuple[int, int, int, int]], following: int = 0) -> bytes:
    """A TIFF file that is nothing but this: (tag, type, count, value or place)."""
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return (
        b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + packed + struct.pack("<I", following)
    )


def exif_bomb() -> bytes:
    """A thousand entries, of which each has all the rest as its value."""
    entries = [(tag, 7, 60_000, 8) for tag in range(1000)]
    return b"Exif\0\0" + directory(entries) + bytes(40_000)


def jpeg_with(*segments: bytes) -> bytes:
    jpeg = encoded(picture())
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def png_with(*chunks: bytes) -> bytes:
    png = encoded(picture(), "PNG")
    return png[:33] + b"".join(chunks) + png[33:]


def png_of(width: int, height: int, content: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", content or zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def heif_grid(tiles: int, tile_side: int = 8000, brand: bytes = b"heic") -> bytes:
    """A small picture put together from one large tile, named again and again."""
    sizes = box(b"ispe", struct.pack(">III", 0, 64, 64))
    sizes += box(b"ispe", struct.pack(">III", 0, tile_side, tile_side))
    associations = struct.pack(">III", 0, 2, 0)[:8]
    associations += struct.pack(">HBB", 1, 1, 1) + struct.pack(">HBB", 2, 1, 2)
    properties = box(b"iprp", box(b"ipco", sizes) + box(b"ipma", associations))
    named = struct.pack(">HH", 1, tiles) + struct.pack(">H", 2) * tiles
    references = box(b"iref", bytes(4) + box(b"dimg", named))
    meta = box(b"meta", bytes(4) + properties + references)
    return box(b"ftyp", brand + bytes(4) + b"mif1" + brand) + meta + box(b"mdat", bytes(1000))


def gif_comments(blocks: int) -> bytes:
    gif = encoded(picture(), "GIF")
    start = 13 + (3 << ((gif[10] & 7) + 1))
    return gif[:start] + b"!\xfe" + b"\x01x" * blocks + b"\0" + gif[start:]


def bmp_of(width: int, height: int, compression: int = 0, content: bytes = b"") -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, compression, 0, 0, 0, 256, 0)
    start = 14 + len(header) + 1024
    return b"BM" + struct.pack("<IHHI", start, 0, 0, start) + header + bytes(1024) + content


def webp_frames(frames: int) -> bytes:
    canvas = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + b"\xff\x3f\0" * 2
    frame = b"ANMF" + struct.pack("<I", 24) + bytes(24)
    body = b"WEBP" + canvas + frame * frames
    return b"RIFF" + struct.pack("<I", len(body)) + body


def ico_of(entries: int) -> bytes:
    """Icons that all point at one picture."""
    png = encoded(noise(256, 256), "PNG")
    start = 6 + 16 * entries
    entry = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(png), start)
    return struct.pack("<HHH", 0, 1, entries) + entry * entries + png


MEGABYTE = 1 << 20
_TILED = [(322, 3, 1, 60_000), (323, 3, 1, 60_000), (324, 4, 1, 8), (325, 4, 1, 8)]
_SMALL = [(256, 3, 1, 8), (257, 3, 1, 8)]
_TEXT_BOMB = chunk(b"zTXt", b"c\0\0" + zlib.compress(bytes(900_000)))
_PROFILE_BOMB = chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(50 * MEGABYTE)))

# How each comes about, and the codes with which it may be refused; none if it may be accepted.
HOSTILE: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "jpeg of 20,000 scans": (lambda: many_scans(20_000), {"too_complex"}),
    "jpeg of 90 scans": (lambda: many_scans(90), set()),
    "jpeg of empty segments": (
        lambda: jpeg_with(segment(0xE5, b"") * 250_000),
        {"too_complex"},
    ),
    "jpeg of junk": (lambda: jpeg_with(segment(0xE5, b""), bytes(4 * MEGABYTE)), {"truncated"}),
    "jpeg of fill bytes": (lambda: jpeg_with(b"\xff" * 4 * MEGABYTE), {"truncated"}),
    "jpeg of exif": (lambda: jpeg_with(segment(0xE1, exif_bomb())), {"too_complex"}),
    "jpeg of many exifs": (
        lambda: jpeg_with(segment(0xE1, b"Exif\0\0" + bytes(60_000)) * 300),
        {"too_complex"},
    ),
    "jpeg of 65,535 x 65,535": (
        lambda: encoded(picture()).replace(
            struct.pack(">HH", 64, 96), struct.pack(">HH", 65_535, 65_535), 1
        ),
        {"too_many_pixels"},
    ),
    "png of 9,000 x 9,000 in 1 KB": (lambda: png_of(9000, 9000), {"truncated"}),
    "png of 2^31 x 2^31": (lambda: png_of(2**31 - 1, 2**31 - 1), {"too_many_pixels"}),
    "png of zeros": (lambda: png_of(9999, 9999, zlib.compress(bytes(400_000_000), 1)), set()),
    "png of chunks": (lambda: png_with(chunk(b"teSt", b"") * 500_000), {"too_complex"}),
    "png of empty pixels": (lambda: png_with(chunk(b"IDAT", b"") * 500_000), {"too_complex"}),
    "png of compressed text": (lambda: png_with(_TEXT_BOMB * 500), {"too_complex"}),
    "png of a profile": (lambda: png_with(_PROFILE_BOMB), set()),
    "tiff of entries": (lambda: directory([(t, 7, 1, 0) for t in range(60_000)]), {"too_complex"}),
    "tiff that goes round": (
        lambda: directory([*_SMALL, (273, 4, 1, 8), (279, 4, 1, 64)], following=8),
        set(),
    ),
    "tiff of one huge tile": (lambda: directory([*_SMALL, *_TILED]), {"too_complex"}),
    "tiff of samples": (
        lambda: directory([*_SMALL, (258, 3, 60_000, 8), (277, 3, 1, 60_000)]) + bytes(130_000),
        {"too_complex"},
    ),
    "tiff of strips": (
        lambda: directory([*_SMALL, (273, 4, 1_000_000, 8)]) + bytes(4 * MEGABYTE),
        {"too_complex"},
    ),
    "gif of comments": (lambda: gif_comments(2_000_000), {"too_complex"}),
    "gif of frames": (
        lambda: encoded(picture(), "GIF")[:-1] + b"!\xf9\x04\0\0\0\0\0" * 500_000 + b";",
        set(),
    ),
    "webp of frames": (lambda: webp_frames(200_000), {"too_complex"}),
    "heif of a grid": (lambda: heif_grid(9000), {"too_complex"}),
    "heif of a smaller grid": (lambda: heif_grid(2000), {"truncated", "unsupported_format"}),
    "avif of a grid": (lambda: heif_grid(9000, brand=b"avif"), {"too_complex"}),
    "heif of boxes": (
        lambda: box(b"ftyp", b"heic\0\0\0\0heic") + box(b"free", b"") * 500_000,
        {"too_complex"},
    ),
    "bmp of 9,000 x 9,000 in 1 KB": (lambda: bmp_of(9000, 9000), {"truncated"}),
    "bmp of run lengths": (
        lambda: bmp_of(2000, 2000, 1, b"\x01\0" * 4 * MEGABYTE),
        {"too_complex"},
    ),
    "ico": (lambda: ico_of(60_000), {"unsupported_format"}),
    "eps of comments": (
        lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n" + b"%%X: y\n" * 1_000_000,
        {"unsupported_format"},
    ),
    "svg": (
        lambda: b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
        {"unsupported_format"},
    ),
    "psd": (lambda: b"8BPS\0\1" + bytes(6) + b"\0\3" + b"\xff" * 100, {"unsupported_format"}),
    "jpeg in jpeg": (
        lambda: jpeg_with(segment(0xE1, b"Exif\0\0" + encoded(picture()))),
        set(),
    ),
}
