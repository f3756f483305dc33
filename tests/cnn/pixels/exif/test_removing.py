"""A file that leaves without its place is the same otherwise."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image, PngImagePlugin

from recognition.cnn.pixels.exif.removing import patches
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from tests.cnn.pixels.exif.test_reading import capture
from tests.support.exif import block, photo
from tests.support.files import ENCODERS, encoded, noise, picture

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description exif:GPSLatitude="47,22.6N" '
    b"exif:GPSLongitude='8,32.5E' tiff:Make=\"Canon\"/>"
    b"<exif:GPSAltitude>4080/10</exif:GPSAltitude></x:xmpmeta>"
)


def without_place(content: bytes) -> bytes:
    changed = bytearray(content)
    for place, new in patches(content):
        changed[place : place + len(new)] = new
    assert len(changed) == len(content)
    return bytes(changed)


def pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        return image.convert("RGB").tobytes()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF", "TIFF", "AVIF", "MPO"])
def test_each_format_loses_its_place_and_nothing_else(format: str) -> None:
    content = photo(format, offset="+02:00")
    before, after = capture(content), capture(without_place(content))
    assert (after["latitude"], after["longitude"]) == (None, None)
    assert after == before | {"latitude": None, "longitude": None}
    assert pixels(without_place(content)) == pixels(content)
    assert without_place(without_place(content)) == without_place(content)


def test_the_numbers_themselves_are_gone() -> None:
    content = photo(place=(47.3769, 8.5417))
    numbers = [struct.pack("<4I", 47, 1, 22, 1), struct.pack(">4I", 47, 1, 22, 1)]
    assert any(each in content for each in numbers)
    assert not any(each in without_place(content) for each in numbers)


def test_the_place_in_xmp_goes_too() -> None:
    content = encoded(picture(), xmp=XMP)
    assert b"47,22.6N" in content
    changed = without_place(content)
    for said in (b"47,22.6N", b"8,32.5E", b"4080/10"):
        assert said not in changed
    assert b'tiff:Make="Canon"' in changed
    assert pixels(changed) == pixels(content)


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_png_says_it_in_text_no_more_and_stays_whole(is_packed: bool) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=is_packed)
    raw = block().tobytes().removeprefix(b"Exif\0\0")
    text.add_text("Raw profile type exif", f"\nexif\n{len(raw)}\n{raw.hex()}", zip=is_packed)
    text.add_text("Title", "A dog")
    content = encoded(picture(), "PNG", pnginfo=text)
    changed = without_place(content)
    assert capture(content)["latitude"] is not None
    assert capture(changed)["latitude"] is None
    with Image.open(io.BytesIO(changed)) as image:
        image.load()  # looks at all sums
    assert b"tEXtTitle\0A dog" in changed
    assert b"XML:com.adobe.xmp" not in changed
    assert b"Raw profile" not in changed
    assert pixels(changed) == pixels(content)


@pytest.mark.parametrize("kind", ENCODERS)
def test_a_file_that_tells_no_place_stays_as_it_is(kind: str) -> None:
    content = ENCODERS[kind](noise())
    assert without_place(content) == content


def test_a_block_that_is_cut_or_points_anywhere_harms_nothing() -> None:
    exif = block().tobytes()
    for length in range(6, len(exif), 11):
        without_place(encoded(picture(8, 8), exif=exif[:length]))
    for place in range(14, len(exif), 7):
        altered = exif[:place] + b"\xff\xff\xff\xff" + exif[place + 4 :]
        content = encoded(picture(8, 8), exif=altered)
        without_place(content)


def test_more_than_any_camera_writes_is_refused() -> None:
    with pytest.raises(UnreadablePhoto):
        patches(b'GPSLatitude="1" ' * 6000)
    with pytest.raises(UnreadablePhoto):
        patches(b"II*\0" * 6000)
