"""Photos whose files say when, with what and where they were taken."""

from __future__ import annotations

from typing import Any

from PIL import Image

from tests.support.files import encoded, picture

ZURICH = (47.3769, 8.5417)
_EXIF, _GPS = 0x8769, 0x8825


def block(
    taken: str = "2025:06:01 14:05:06",
    place: tuple[float, float] | None = ZURICH,
    make: str = "Canon",
    model: str = "Canon EOS R5",
    **more: Any,
) -> Image.Exif:
    """more: offset, fraction, and other values of the EXIF directory by their tags' names."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = make, model
    inner = exif.get_ifd(_EXIF)
    if taken:
        inner[0x9003] = taken
    if "offset" in more:
        inner[0x9011] = more["offset"]
    if "fraction" in more:
        inner[0x9291] = more["fraction"]
    if place:
        north, east = place
        exif.get_ifd(_GPS).update(
            {1: "NS"[north < 0], 2: _parts(abs(north)), 3: "EW"[east < 0], 4: _parts(abs(east))}
        )
    return exif


def photo(format: str = "JPEG", image: Image.Image | None = None, **said: Any) -> bytes:
    """A file of this format that says what `block` does."""
    return encoded(image or picture(), format, exif=block(**said).tobytes())


def _parts(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return int(degrees), int(minutes), round(minutes % 1 * 60, 4)
