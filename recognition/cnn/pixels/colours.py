"""Colours in sRGB, as a photo's profile means them: what screens show and networks learnt from.

A profile (ICC.1:2010) is a stranger's bytes too. What is broken, larger than any camera's or meant
for other channels is ignored, as browsers do. Nothing is loaded for photos in sRGB.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, NamedTuple

from PIL import Image

MAX_PROFILE_BYTES = 4 << 20  # those of presses have 1 or 2 MB
_MAX_TAGS = 100
_MAX_POINTS = 1 << 14  # of a curve
_KEPT = 4  # photos of one camera follow each other, and share a profile
_CLASSES = (b"mntr", b"scnr", b"prtr", b"spac")
_SPACES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}
_WITHOUT_PROFILE = ("LAB", "I", "F")  # absolute colours, and measurements that are stretched
_COLORANTS = (b"rXYZ", b"gXYZ", b"bXYZ")
_CURVES = (b"rTRC", b"gTRC", b"bTRC")
_SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
_ADOBE_RGB = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))
_ADOBE_GAMMA = 563 / 256
_DISPLAY_P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
# Of HEIC's colours by number (ITU-T H.273): primaries of screens, and curves that are no HDR.
_P3_PRIMARIES, _ORDINARY_CURVES = (11, 12), (1, 6, 13, 14, 15)
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_SAME_COLORANT, _SAME_LEVEL = 0.002, 1 / 255
_LEVELS = [level / 16 for level in range(2, 17)]
_EXIF_IFD, _COLOUR_SPACE, _INTEROPERABILITY, _UNCALIBRATED = 0x8769, 0xA001, 0xA005, 0xFFFF
_ADOBE_MARK = "R03"  # Design rule for Camera File system (CIPA DC-009): "DCF optional", Adobe RGB

Curve = Callable[[float], float]


def profile_of(image: Image.Image) -> bytes:
    """What tells how to bring an open photo's colours to sRGB; empty if nothing has to be done."""
    if image.mode in _WITHOUT_PROFILE:
        return b""
    profile = image.info.get("icc_profile") or _by_exif(image) or _by_number(image)
    return profile if isinstance(profile, bytes) and not _is_needless(profile) else b""


def to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """An RGB, grey or CMYK picture as RGB in sRGB. profile: as `profile_of` gives it."""
    space = _SPACES.get(profile[16:20], "")
    if image.mode == "L" and space == "RGB":
        image = image.convert("RGB")
    transform = _transform(profile) if image.mode == space else None
    converted: Image.Image = transform.apply(image) if transform else image.convert("RGB")
    return converted


@lru_cache(_KEPT)
def _is_needless(profile: bytes) -> bool:
    """Whether it is sRGB's, or nothing that could be applied."""
    try:
        tags = _Tags(profile)
        return not tags.is_usable() or tags.is_srgb()
    except struct.error:
        return True


@lru_cache(_KEPT)
def _transform(profile: bytes) -> Any:
    """None if littlecms cannot make sense of it."""
    from PIL import ImageCms  # seldom needed

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        return ImageCms.buildTransform(source, target, _SPACES[profile[16:20]], "RGB")
    except Exception:  # whatever is wrong with it, the photo is not
        return None


class _Tag(NamedTuple):
    start: int
    content: bytes


class _Tags:
    """A profile's table of values. Raises struct.error where it ends too early."""

    def __init__(self, profile: bytes) -> None:
        self._profile = profile
        self._tags: dict[bytes, _Tag] = {}
        if len(profile) > MAX_PROFILE_BYTES:
            return
        (count,) = struct.unpack_from(">I", profile, 128)
        for index in range(count if count <= _MAX_TAGS else 0):
            name, start, length = struct.unpack_from(">4sII", profile, 132 + 12 * index)
            self._tags[name] = _Tag(start, profile[start : start + length])

    def is_usable(self) -> bool:
        """Whether it is one of a device, and of such parts alone as take no time to work out."""
        header = self._profile[12:24]
        return (
            self._profile[36:40] == b"acsp"
            and header[:4] in _CLASSES
            and header[4:8] in _SPACES
            and header[8:12] in (b"XYZ ", b"Lab ")
            and bool(self._tags)
            and not any(tag.content.startswith(b"mpet") for tag in self._tags.values())
        )

    def is_srgb(self) -> bool:
        """By its numbers; one that is made of tables alone, by its name."""
        if self._profile[16:20] != b"RGB ":
            return False
        if b"A2B0" in self._tags:
            name = self._tags[b"desc"].content if b"desc" in self._tags else b""
            return b"sRGB" in name.replace(b"\0", b"")
        if not all(name in self._tags for name in (*_COLORANTS, *_CURVES)):
            return False
        pairs = zip(_COLORANTS, _SRGB, strict=True)
        if not all(_is_close(self._colorant(name), expected) for name, expected in pairs):
            return False
        curves = {self._tags[name].start: name for name in _CURVES}
        return all(_is_srgb_curve(self._tags[name].content) for name in curves.values())

    def _colorant(self, name: bytes) -> tuple[float, ...]:
        return tuple(n / 65536 for n in struct.unpack_from(">3i", self._tags[name].content, 8))


def _is_close(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(abs(a - b) < _SAME_COLORANT for a, b in zip(one, other, strict=True))


def _is_srgb_curve(content: bytes) -> bool:
    curve = _curve(content)
    if curve is None:
        return False
    try:
        return all(abs(_encoded(curve(level)) - level) < _SAME_LEVEL for level in _LEVELS)
    except (ArithmeticError, TypeError):  # a power of what is negative is complex
        return False


def _encoded(light: float) -> float:
    """Light as a level of sRGB, 0 to 1 (IEC 61966-2-1)."""
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def _curve(content: bytes) -> Curve | None:
    """Levels to light; None for a kind that sRGB is not written in."""
    kind, count = struct.unpack_from(">4s4xI", content)
    if kind == b"curv" and 1 < count <= _MAX_POINTS:
        return _between(struct.unpack_from(f">{count}H", content, 12))
    if kind == b"para" and content[8:10] == b"\0\3":
        g, a, b, c, d = (n / 65536 for n in struct.unpack_from(">5i", content, 12))
        return lambda level: (a * level + b) ** g if level >= d else c * level
    if kind == b"para" and content[8:10] == b"\0\4":
        g, a, b, c, d, e, f = (n / 65536 for n in struct.unpack_from(">7i", content, 12))
        return lambda level: (a * level + b) ** g + e if level >= d else c * level + f
    return None


def _between(values: tuple[int, ...]) -> Curve:
    def curve(level: float) -> float:
        place = level * (len(values) - 1)
        first = min(int(place), len(values) - 2)
        step = values[first + 1] - values[first]
        return (values[first] + (place - first) * step) / 65535

    return curve


def _by_exif(image: Image.Image) -> bytes:
    """Cameras that are set to Adobe RGB say so in EXIF, often without a profile."""
    exif = image.info.get("exif")
    if not isinstance(exif, bytes) or _ADOBE_MARK.encode() not in exif:
        return b""
    try:
        tags = image.getexif()
        space = tags.get_ifd(_EXIF_IFD).get(_COLOUR_SPACE)
        mark = str(tags.get_ifd(_INTEROPERABILITY).get(1, ""))
    except Exception:  # a broken block is no reason to refuse the photo
        return b""
    return adobe_rgb() if space == _UNCALIBRATED and mark.startswith(_ADOBE_MARK) else b""


def _by_number(image: Image.Image) -> bytes:
    """Some phones name the colours of a HEIC in place of a profile."""
    named = image.info.get("nclx_profile") or {}
    is_p3 = named.get("color_primaries") in _P3_PRIMARIES
    is_ordinary = named.get("transfer_characteristics") in _ORDINARY_CURVES
    return display_p3() if is_p3 and is_ordinary else b""


@cache
def display_p3() -> bytes:
    """A profile of Display P3, whose curve is that of sRGB."""
    return matrix_profile(_DISPLAY_P3, None)


@cache
def adobe_rgb() -> bytes:
    """A profile of Adobe RGB (1998)."""
    return matrix_profile(_ADOBE_RGB, _ADOBE_GAMMA)


def matrix_profile(colorants: tuple[tuple[float, float, float], ...], gamma: float | None) -> bytes:
    """A profile of three colorants (XYZ, adapted to D50) and one curve; None: that of sRGB."""
    white = (0.9642, 1.0, 0.8249)
    tags = {
        name: b"XYZ " + struct.pack(">4x3i", *(round(n * 65536) for n in xyz))
        for name, xyz in zip((b"wtpt", *_COLORANTS), (white, *colorants), strict=True)
    }
    curve = b"para" + struct.pack(">4xHxx5i", 3, *(round(n * 65536) for n in _SRGB_CURVE))
    if gamma is not None:
        curve = b"curv" + struct.pack(">4xIH2x", 1, round(gamma * 256))
    tags |= dict.fromkeys(_CURVES, curve)
    table, body = b"", b""
    for name, content in tags.items():
        place = 132 + 12 * len(tags) + len(body)
        table += struct.pack(">4sII", name, place, len(content))
        body += content
    size = 132 + len(table) + len(body)
    kind = b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    light = struct.pack(">3i", *(round(n * 65536) for n in white))
    header = struct.pack(">I4xI", size, 0x02400000) + kind + light
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
