"""When, with what and where a photo was taken, from its EXIF block.

Strangers' bytes: the product calls this in child processes alone (`pixels/pool.py`). Only some
fields are looked at, each once and to a certain length, and nothing that makes no sense counts.
"""

from __future__ import annotations

import mmap
from typing import IO, Any

from PIL import Image

from recognition.cnn.pixels.exif import fields
from recognition.cnn.pixels.exif.fields import Fields
from recognition.cnn.pixels.outlines.directory import MAX_EXIF_BYTES
from recognition.cnn.pixels.outlines.outline import Bytes

GPS = 0x8825
_MAKE, _MODEL, _EXIF = 0x010F, 0x0110, 0x8769
_TIMES = (  # time, fraction, offset: of the picture, or else of its scan
    (0x9003, 0x9291, 0x9011),
    (0x9004, 0x9292, 0x9012),
)
_LATITUDE, _LONGITUDE = (0x01, 0x02, "NS"), (0x03, 0x04, "EW")
_PREFIX = b"Exif\0\0"


def capture(image: Image.Image, stream: IO[bytes]) -> dict[str, Any]:
    """As JSON: {"taken", "offset_minutes", "camera", "latitude", "longitude"}, each None where the
    file does not say it. image: opened from `stream`. Never raises for what is in the file.

    taken: without its zone, for which the offset stands.
    """
    found: dict[str, Any] = dict.fromkeys(
        ("taken", "offset_minutes", "camera", "latitude", "longitude")
    )
    try:
        if image.format == "TIFF":
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
                found |= _read(data)
        elif block := _block(image):
            found |= _read(block)
    except Exception:  # whatever it is, it is no reason to refuse the photo
        return found
    return found


def _block(image: Image.Image) -> bytes:
    block = image.info.get("exif")
    if not block and (profile := image.info.get("Raw profile type exif")):  # ImageMagick's
        block = bytes.fromhex("".join(profile[: 2 * MAX_EXIF_BYTES].split("\n")[3:]))
    block = bytes(block or b"")[:MAX_EXIF_BYTES]
    while block.startswith(_PREFIX):
        block = block.removeprefix(_PREFIX)
    return block


def _read(data: Bytes) -> dict[str, Any]:
    first = Fields(data)
    camera = fields.camera(first.text(_MAKE), first.text(_MODEL))
    return {"camera": camera or None} | _when(first.below(_EXIF)) | _where(first.below(GPS))


def _when(exif: Fields | None) -> dict[str, Any]:
    for time, fraction, offset in _TIMES if exif else ():
        if exif and (at := fields.time(exif.text(time), exif.text(fraction))):
            zone = fields.offset(exif.text(offset))
            minutes = None if zone is None else int(zone.total_seconds()) // 60
            return {"taken": at.isoformat(), "offset_minutes": minutes}
    return {}


def _where(gps: Fields | None) -> dict[str, Any]:
    """Both numbers or none; and none for where nobody photographs, which is what is written before
    a place is known."""
    latitude, longitude = _angle(gps, *_LATITUDE, 90), _angle(gps, *_LONGITUDE, 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return {}
    return {"latitude": latitude, "longitude": longitude}


def _angle(gps: Fields | None, sign: int, tag: int, ways: str, most: float) -> float | None:
    way = gps.text(sign).upper()[:1] if gps else ""
    if gps is None or way not in ways or not way:
        return None
    value = fields.degrees(gps.rationals(tag, 3), most)
    return None if value is None else round(-value if way == ways[1] else value, 7)
