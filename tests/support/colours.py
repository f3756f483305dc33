"""Colour profiles as cameras, screens and presses have them, made of their numbers."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image, ImageCms

from recognition.cnn.pixels.colours import adobe_rgb, display_p3, matrix_profile

_PROPHOTO = ((0.7977, 0.2880, 0.0), (0.1352, 0.7119, 0.0), (0.0313, 0.0001, 0.8249))
WIDE = {
    "Adobe RGB": adobe_rgb(),
    "Display P3": display_p3(),
    "ProPhoto": matrix_profile(_PROPHOTO, 1.8),
}
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The reference: what littlecms makes of all pixels at once."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    converted = ImageCms.profileToProfile(
        image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert converted is not None
    return converted


def profile_with(space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    table, body = b"", b""
    for name, content in tags.items():
        place = 132 + 12 * len(tags) + len(body)
        table += struct.pack(">4sII", name, place, len(content))
        body += content.ljust(-(-len(content) // 4) * 4, b"\0")
    header = struct.pack(">I4xI", 132 + len(table) + len(body), 0x02400000)
    header += b"prtr" + space + connection + bytes(12) + b"acsp" + bytes(28)
    header += struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def grey_profile(gamma: float) -> bytes:
    curve = b"curv" + struct.pack(">4xIH2x", 1, round(gamma * 256))
    white = b"XYZ " + struct.pack(">4x3i", 63190, 65536, 54061)
    return profile_with(b"GRAY", b"XYZ ", {b"wtpt": white, b"kTRC": curve})


def press_profile() -> bytes:
    """CMYK as a press without good ink has it: a table of the sixteen full mixtures, in Lab."""
    identity = bytes(range(256))
    corners = b""
    for mixture in np.ndindex(2, 2, 2, 2):
        cyan, magenta, yellow, black = mixture
        lightness = (95 - 25 * cyan - 30 * magenta - 5 * yellow) * (1 - 0.85 * black)
        a, b = 50 * magenta - 25 * cyan, 60 * yellow - 35 * cyan
        corners += bytes((int(lightness * 2.55), 128 + a // 2, 128 + b // 2))
    matrix = struct.pack(">9i", *(65536 * (index % 4 == 0) for index in range(9)))
    table = b"mft1" + struct.pack(">4xBBBx", 4, 3, 2) + matrix
    table += identity * 4 + corners + identity * 3
    white = b"XYZ " + struct.pack(">4x3i", 63190, 65536, 54061)
    return profile_with(b"CMYK", b"Lab ", {b"wtpt": white, b"A2B0": table})
