"""When, with what and where a photo was taken, whatever its file says."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from recognition.cnn.pixels.exif.fields import camera
from recognition.cnn.pixels.pool import shared
from tests.support.exif import ZURICH, block, photo
from tests.support.files import encoded, picture

EMPTY = dict.fromkeys(("taken", "offset_minutes", "camera", "latitude", "longitude"))
FORMATS = ["JPEG", "PNG", "WEBP", "HEIF", "TIFF", "AVIF", "MPO"]


def capture(content: bytes) -> dict[str, Any]:
    reply = shared().light("inspect", content, max_pixels=100_000_000)
    found: dict[str, Any] = reply.fields["capture"]
    return found


@pytest.mark.parametrize("format", FORMATS)
def test_each_format_tells_when_with_what_and_where(format: str) -> None:
    said = capture(photo(format, offset="+02:00", fraction="25"))
    assert said["taken"] == "2025-06-01T14:05:06.250000"
    assert (said["offset_minutes"], said["camera"]) == (120, "Canon EOS R5")
    assert (said["latitude"], said["longitude"]) == pytest.approx(ZURICH, abs=1e-6)


@pytest.mark.parametrize("format", [*FORMATS, "GIF", "BMP"])
def test_a_file_that_says_nothing_is_no_problem(format: str) -> None:
    assert capture(encoded(picture(), format)) == EMPTY


def test_a_png_may_say_it_behind_its_pixels_and_as_text() -> None:
    content = encoded(picture(), "PNG")
    png_block = block().tobytes().removeprefix(b"Exif\0\0")
    stream = io.BytesIO()
    PngImagePlugin.putchunk(stream, b"eXIf", png_block)  # type: ignore[no-untyped-call]
    assert capture(content[:-12] + stream.getvalue() + content[-12:])["camera"] == "Canon EOS R5"
    text = PngImagePlugin.PngInfo()
    text.add_text("Raw profile type exif", f"\nexif\n{len(png_block)}\n{png_block.hex()}")
    assert capture(encoded(picture(), "PNG", pnginfo=text))["camera"] == "Canon EOS R5"


def test_south_and_west_are_below_zero() -> None:
    said = capture(photo(place=(-33.8688, -70.25)))
    assert (said["latitude"], said["longitude"]) == pytest.approx((-33.8688, -70.25), abs=1e-6)


@pytest.mark.parametrize(
    "taken",
    [
        *(
            "0000:00:00 00:00:00",
            "    :  :     :  :  ",
            "2025:13:01 00:00:00",
            "2025:02:30 10:00:00",
        ),
        *(
            "1066:10:14 09:00:00",
            "99999:01:01 00:00:00",
            "2025:06:01 25:00:00",
            "yesterday",
            "\0\0",
        ),
        "2025:06:01",
    ],
)
def test_a_time_that_cannot_be_is_none(taken: str) -> None:
    said = capture(photo(taken=taken))
    assert said["taken"] is None
    assert said["camera"] == "Canon EOS R5"


@pytest.mark.parametrize("offset", ["+99:00", "+02:77", "Z", "\0\0\0\0\0\0", "+2"])
def test_an_offset_that_cannot_be_is_none(offset: str) -> None:
    said = capture(photo(offset=offset))
    assert (said["taken"], said["offset_minutes"]) == ("2025-06-01T14:05:06", None)


@pytest.mark.parametrize(
    ("make", "model", "shown"),
    [
        ("Canon", "Canon EOS R5", "Canon EOS R5"),
        ("NIKON CORPORATION", "NIKON D70", "NIKON D70"),
        ("Apple", "iPhone 15", "Apple iPhone 15"),
        ("OLYMPUS IMAGING CORP.", "E-M1", "OLYMPUS E-M1"),
        ("SAMSUNG ELECTRONICS CO., LTD.", "SM-G998B", "SAMSUNG SM-G998B"),
        ("", "DSC 1", "DSC 1"),
        ("Leica", "", "Leica"),
        ("", "", ""),
        ("x" * 500, "y" * 500, "x" * 120),
    ],
)
def test_a_camera_is_named_with_its_make_once(make: str, model: str, shown: str) -> None:
    assert camera(make, model) == shown


def _altered(entry: bytes, by: bytes) -> bytes:
    content = photo(place=ZURICH)
    assert content.count(entry) == 1, content.count(entry)
    return content.replace(entry, by)


def test_text_of_nuls_and_of_other_encodings_is_cleaned() -> None:
    utf_16 = "Canon EOS R5".encode("utf-16-le")[:12] + b"\0"
    assert capture(_altered(b"Canon EOS R5\0", utf_16))["camera"] == "Canon"
    assert capture(photo(make="\0\0\0\0", model="\0\0\0"))["camera"] is None
    junk = capture(_altered(b"Canon EOS R5\0", b"Ca\xff\x07\x1b[31m\x80\x81R\0"))["camera"]
    assert junk.isprintable()


@pytest.mark.parametrize(
    "latitude",
    [
        struct.pack("<6I", 47, 0, 22, 1, 36, 1),  # by nothing
        struct.pack("<6I", 91, 1, 0, 1, 0, 1),
        struct.pack("<6I", 47, 1, 99, 1, 0, 1),
        struct.pack("<6I", *[0xFFFFFFFF, 1] * 3),
    ],
)
def test_a_place_that_cannot_be_is_none(latitude: bytes) -> None:
    exif = block().tobytes()
    order = "<" if exif[6:8] == b"II" else ">"
    numbers = struct.unpack("<6I", latitude)
    found = exif.find(struct.pack(order + "4I", 47, 1, 22, 1))
    assert found > 0
    altered = exif[:found] + struct.pack(order + "6I", *numbers) + exif[found + 24 :]
    said = capture(encoded(picture(), exif=altered))
    assert (said["latitude"], said["longitude"]) == (None, None)
    assert said["camera"] == "Canon EOS R5"


def test_no_fix_is_no_place() -> None:
    assert capture(photo(place=(0.0, 0.0)))["latitude"] is None


def test_a_block_that_is_cut_anywhere_or_points_anywhere_says_less_and_raises_nothing() -> None:
    exif = block().tobytes()
    for length in range(6, len(exif), 7):
        capture(encoded(picture(8, 8), exif=exif[:length]))
    for place in range(14, len(exif), 5):
        altered = exif[:place] + b"\xff\xff\xff\xff" + exif[place + 4 :]
        capture(encoded(picture(8, 8), exif=altered))


def test_a_directory_that_points_at_itself_ends() -> None:
    entries = struct.pack("<HHIIHHII", 0x8769, 4, 1, 8, 0x8825, 4, 1, 8)
    looped = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 2) + entries + bytes(4)
    assert capture(encoded(picture(), exif=looped)) == EMPTY
    assert isinstance(Image.open(io.BytesIO(encoded(picture(), exif=looped))), Image.Image)
