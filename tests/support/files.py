"""Makes files of every kind, well-formed and odd, and uploads of them."""

from __future__ import annotations

import hashlib
import io
import resource
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import pillow_heif
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from recognition.photos.uploads import SpooledUpload, new_incoming_path

pillow_heif.register_heif_opener()

ORIENTATIONS = range(1, 9)
_TO_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def picture(width: int = 96, height: int = 64, seed: int = 0) -> Image.Image:
    """A colourful picture of which every corner looks different; each seed gives another one."""
    corners = np.random.default_rng(seed).integers(0, 256, (3, 4, 3), np.uint8)
    corners[0, 0], corners[-1, -1] = (255, 0, 0), (0, 0, 255)
    return Image.fromarray(corners).resize((width, height), Image.Resampling.BICUBIC)


def noise(width: int = 160, height: int = 120) -> Image.Image:
    """A picture that no format can make small."""
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


def encoded(image: Image.Image, format: str = "JPEG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def sixteen_bit(image: Image.Image) -> Image.Image:
    grey = np.asarray(image.convert("L")).astype(np.uint16)
    return Image.fromarray(grey * 257)


# How a picture becomes a file of each supported kind.
ENCODERS: dict[str, Callable[[Image.Image], bytes]] = {
    "jpeg": lambda image: encoded(image, "JPEG", quality=95),
    "progressive jpeg": lambda image: encoded(image, "JPEG", quality=95, progressive=True),
    "cmyk jpeg": lambda image: encoded(image.convert("CMYK"), "JPEG", quality=95),
    "grey jpeg": lambda image: encoded(image.convert("L"), "JPEG", quality=95),
    "mpo": lambda image: encoded(image, "MPO", save_all=True, append_images=[image]),
    "png": lambda image: encoded(image, "PNG"),
    "16-bit png": lambda image: encoded(sixteen_bit(image), "PNG"),
    "palette png": lambda image: encoded(image.quantize(256), "PNG"),
    "alpha png": lambda image: encoded(image.convert("RGBA"), "PNG"),
    "1-bit png": lambda image: encoded(image.convert("1"), "PNG"),
    "webp": lambda image: encoded(image, "WEBP", quality=95),
    "heic": lambda image: encoded(image, "HEIF", quality=95),
    "avif": lambda image: encoded(image, "AVIF", quality=95),
    "gif": lambda image: encoded(image, "GIF", save_all=True, append_images=[picture(seed=9)]),
    "tiff": lambda image: encoded(image, "TIFF", save_all=True, append_images=[picture(seed=9)]),
    "lzw tiff": lambda image: encoded(image, "TIFF", compression="tiff_lzw"),
    "16-bit tiff": lambda image: encoded(sixteen_bit(image), "TIFF"),
    "cmyk tiff": lambda image: encoded(image.convert("CMYK"), "TIFF"),
    "bmp": lambda image: encoded(image, "BMP"),
}
WITHOUT_COLOUR = {"grey jpeg", "16-bit png", "1-bit png", "16-bit tiff"}

NOT_IMAGES = {
    "empty": b"",
    "one byte": b"\xff",
    "text": b"This is a letter, not a photo. " * 20,
    "sound": b"\x00\x00\x00\x20ftypM4A \x00\x00\x02\x00M4A mp42isom\0\0\0\0" + bytes(200),
    "zip": b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + bytes(100),
    "html": b"<!doctype html><title>Not a photo</title>",
}

UNSUPPORTED: dict[str, Callable[[], bytes]] = {
    "ico": lambda: encoded(picture(32, 32), "ICO"),
    "tga": lambda: encoded(picture(), "TGA"),
    "ppm": lambda: encoded(picture(), "PPM"),
    "pcx": lambda: encoded(picture(), "PCX"),
    "jpeg 2000": lambda: encoded(picture(), "JPEG2000"),
    "psd": lambda: b"8BPS\0\1" + bytes(6) + b"\0\3\0\0\0\4\0\0\0\4\0\x08\0\3" + bytes(200),
}


def rotated(image: Image.Image, orientation: int, format: str, **options: object) -> bytes:
    """A file that shows `image` when its orientation is honoured, and its pixels turned if not."""
    stored = image.transpose(_TO_STORED[orientation]) if orientation > 1 else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(stored, format, exif=exif.tobytes(), **options)


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


class Packed(NamedTuple):
    """An entry of an archive byte for byte, as some program or other would have written it.

    host: what packed it; 0 is Windows, 3 Unix. of_itself: what the entry's own header has as flags
    and name, where that differs from the directory.
    """

    name: bytes
    content: bytes = b""
    flags: int = 0
    extra: bytes = b""
    host: int = 3
    of_itself: tuple[int, bytes] | None = None


def packed_as(*entries: Packed) -> bytes:
    """An archive with just these entries, stored."""
    file, directory = bytearray(), bytearray()
    for entry in entries:
        size, check = len(entry.content), zlib.crc32(entry.content)
        flags, name = entry.of_itself or (entry.flags, entry.name)
        facts = struct.pack("<HHHLLL", 0, 0, 33, check, size, size)
        header = struct.pack("<4sBBHH", b"PK\1\2", 20, entry.host, 20, entry.flags) + facts
        header += struct.pack("<HHHHHLL", len(entry.name), len(entry.extra), 0, 0, 0, 0, len(file))
        directory += header + entry.name + entry.extra
        file += struct.pack("<4sHH", b"PK\3\4", 20, flags) + facts
        file += struct.pack("<HH", len(name), 0) + name + entry.content
    count, end = len(entries), (len(directory), len(file), 0)
    return bytes(file + directory + struct.pack("<4s4x2H2LH", b"PK\5\6", count, count, *end))


def altered_entry(archive: bytes, offset: int, value: bytes) -> bytes:
    """The archive's first entry with other bytes, both in its own header and in the directory.

    `offset` counts in the directory; in the entry's own header the same field stands 2 earlier.
    """
    parts = bytearray(archive)
    directory = archive.index(b"PK\x01\x02")
    parts[directory + offset : directory + offset + len(value)] = value
    parts[offset - 2 : offset - 2 + len(value)] = value
    return bytes(parts)


def unicode_path(raw: bytes, name: str) -> bytes:
    """Info-ZIP's extra field: the name in UTF-8, and a checksum of the other one."""
    content = struct.pack("<BL", 1, zlib.crc32(raw)) + name.encode()
    return struct.pack("<HH", 0x7075, len(content)) + content


def sent(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    """A file as a client posts it."""
    return SimpleUploadedFile(name, content)


def arrived(content: bytes, name: str = "photo.jpg") -> SpooledUpload:
    """A file as it lies on the disk when its request has been read."""
    path = new_incoming_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return SpooledUpload(path, name, len(content), hashlib.sha256(content).hexdigest())


@contextmanager
def full_disk(left_bytes: int) -> Iterator[None]:
    """Inside, no file of this process grows any larger, so that writing fails as on a full disk.

    Only around what writes files: a database and the log are files too.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (left_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def incoming() -> list[str]:
    """What lies in the folder of arriving uploads."""
    folder = settings.ARK_INCOMING
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures' pixels, 0 to 255."""
    return float(np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).mean())
