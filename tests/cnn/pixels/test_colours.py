"""Colours are shown, and seen by the network, as a photo's profile means them."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from recognition.cnn.pixels import colours
from recognition.cnn.pixels.decoded import load_picture, load_views
from recognition.cnn.pixels.decoding import load_upright_rgb
from recognition.cnn.pixels.preprocessing import Preprocessing
from recognition.photos.imaging import render
from tests.support.colours import LAB, SRGB, WIDE, grey_profile, in_srgb, press_profile
from tests.support.files import encoded
from tests.support.hostile import chunk, jpeg_with, png_with, segment
from webapp.home import BASE_DIR

MAX_PIXELS = 10_000_000
LEVELS = 2
LOSSLESS = {
    "PNG": {},
    "TIFF": {},
    "WEBP": {"lossless": True},
    "HEIF": {"quality": 100, "chroma": 444},
    "AVIF": {"quality": 100, "subsampling": "4:4:4"},
    "JPEG": {"quality": 100, "subsampling": 0},
}


def patches(width: int = 160, height: int = 120) -> Image.Image:
    """Patches of plain colours, of which no format makes anything else."""
    colours = np.random.default_rng(1).integers(40, 216, (6, 8, 3), np.uint8)
    return Image.fromarray(colours).resize((width, height), Image.Resampling.NEAREST)


def middles(image: Image.Image) -> np.ndarray:
    """The colour of each patch, from its middle."""
    pixels = np.asarray(image, np.int16)
    down, across = pixels.shape[0] // 6, pixels.shape[1] // 8
    return pixels[down // 2 :: down, across // 2 :: across]


def furthest(one: Image.Image, other: Image.Image) -> int:
    return int(np.abs(middles(one) - middles(other)).max())


@pytest.mark.parametrize("format", LOSSLESS)
@pytest.mark.parametrize("name", WIDE)
def test_colours_are_those_of_its_profile(name: str, format: str) -> None:
    content = encoded(patches(), format, icc_profile=WIDE[name], **LOSSLESS[format])
    with Image.open(io.BytesIO(content)) as stored:
        expected = in_srgb(stored.convert("RGB"), WIDE[name])
    assert furthest(expected, patches()) > 10
    assert furthest(load_upright_rgb(content, 120), expected) <= LEVELS


def test_what_is_shown_is_in_srgb(tmp_path: Path) -> None:
    source, target = tmp_path / "photo", tmp_path / "drawn.jpg"
    source.write_bytes(encoded(patches(640, 480), "PNG", icc_profile=WIDE["ProPhoto"]))
    render(source, target, 320, MAX_PIXELS)
    with Image.open(target) as drawn:
        assert furthest(drawn, in_srgb(patches(320, 240), WIDE["ProPhoto"])) <= 6
        assert "icc_profile" not in drawn.info


def test_what_the_network_sees_is_in_srgb() -> None:
    content = encoded(patches(120, 120), "PNG", icc_profile=WIDE["Adobe RGB"])
    expected = in_srgb(patches(120, 120), WIDE["Adobe RGB"])
    seen = load_views(content, Preprocessing(120, 120, "bilinear", 0.0, 1.0), MAX_PIXELS).pixels
    assert furthest(Image.fromarray(seen), expected) <= LEVELS
    learnt = load_picture(content, 120, MAX_PIXELS, None)
    assert furthest(Image.fromarray(learnt), expected) <= LEVELS


def test_a_large_photo_is_shrunk_before_its_colours_are_converted() -> None:
    content = encoded(patches(1600, 1200), "PNG", icc_profile=WIDE["Display P3"])
    photo = load_upright_rgb(content, 300)
    assert photo.size == (400, 300)
    assert furthest(photo, in_srgb(patches(400, 300), WIDE["Display P3"])) <= LEVELS


def test_it_turns_what_has_a_profile() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = encoded(
        patches().transpose(Image.Transpose.ROTATE_90),
        "PNG",
        icc_profile=WIDE["ProPhoto"],
        exif=exif,
    )
    photo = load_upright_rgb(content, 120)
    assert furthest(photo, in_srgb(patches(), WIDE["ProPhoto"])) <= LEVELS


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_goes_through_its_profile(format: str) -> None:
    ink = patches().convert("CMYK")
    content = encoded(ink, format, icc_profile=press_profile(), **LOSSLESS[format])
    expected = in_srgb(ink, press_profile())
    assert furthest(expected, ink.convert("RGB")) > 20
    assert furthest(load_upright_rgb(content, 120), expected) <= LEVELS


@pytest.mark.parametrize("profile", [grey_profile(1.0), WIDE["ProPhoto"]], ids=["grey", "RGB"])
@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_grey_goes_through_its_profile(mode: str, profile: bytes) -> None:
    grey = patches().convert("L")
    stored = grey.convert(mode) if mode != "I;16" else None
    if stored is None:
        stored = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    source = grey if profile == grey_profile(1.0) else grey.convert("RGB")
    photo = load_upright_rgb(encoded(stored, "PNG", icc_profile=profile), 120)
    assert furthest(photo, in_srgb(source, profile)) <= LEVELS
    assert furthest(photo, grey.convert("RGB")) > 4


def test_transparency_becomes_the_white_of_srgb() -> None:
    layer = patches().convert("RGBA")
    layer.paste((200, 0, 0, 0), (0, 0, 80, 120))
    content = encoded(layer, "PNG", icc_profile=WIDE["ProPhoto"])
    photo = load_upright_rgb(content, 120)
    assert photo.getpixel((30, 60)) == (255, 255, 255)
    expected = in_srgb(patches(), WIDE["ProPhoto"])
    assert np.abs(np.subtract(photo.getpixel((150, 50)), expected.getpixel((150, 50)))).max() <= 2


def test_a_palette_goes_through_its_profile() -> None:
    content = encoded(patches().quantize(64), "PNG", icc_profile=WIDE["Adobe RGB"])
    assert furthest(load_upright_rgb(content, 120), in_srgb(patches(), WIDE["Adobe RGB"])) <= 4


def _with_tag(profile: bytes, name: bytes, content: bytes) -> bytes:
    place = profile.index(name, 128)
    start = len(profile)
    entry = name + struct.pack(">II", start, len(content))
    return profile[:place] + entry + profile[place + 12 :] + content


USELESS = {
    "empty": b"\0",
    "noise": np.random.default_rng(0).bytes(3000),
    "cut": WIDE["ProPhoto"][:300],
    "cut in its table": WIDE["ProPhoto"][:150],
    "only a header": WIDE["ProPhoto"][:128],
    "of a press": press_profile(),
    "of Lab": LAB,
    "of grey": grey_profile(1.8),
    "without its curves": WIDE["ProPhoto"].replace(b"TRC", b"XXX"),
    "of a link": WIDE["ProPhoto"].replace(b"mntr", b"link"),
    "of elements": _with_tag(WIDE["ProPhoto"], b"wtpt", b"mpet" + bytes(100)),
    "of too many tags": WIDE["ProPhoto"][:128] + struct.pack(">I", 2**31) + bytes(500),
    "too large": WIDE["ProPhoto"] + bytes(colours.MAX_PROFILE_BYTES),
}


@pytest.mark.parametrize("name", USELESS)
@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_it_ignores_a_profile(name: str, format: str) -> None:
    content = encoded(patches(), format, icc_profile=USELESS[name], **LOSSLESS[format])
    assert furthest(load_upright_rgb(content, 120), patches()) <= LEVELS


def test_damage_anywhere_in_a_profile_is_no_reason_to_refuse_a_photo() -> None:
    chance = np.random.default_rng(0)
    for profile in (WIDE["ProPhoto"], SRGB, press_profile()):
        for _ in range(60):
            damaged = np.frombuffer(profile, np.uint8).copy()
            damaged[chance.integers(0, len(damaged), 6)] = chance.integers(0, 256, 6)
            stored = patches().convert("CMYK") if profile == press_profile() else patches()
            content = encoded(stored, "JPEG", icc_profile=damaged.tobytes())
            assert load_upright_rgb(content, 120).size == (160, 120)


def test_a_screens_profile_says_nothing_of_ink() -> None:
    ink = patches().convert("CMYK")
    content = encoded(ink, "JPEG", icc_profile=WIDE["ProPhoto"], **LOSSLESS["JPEG"])
    assert furthest(load_upright_rgb(content, 120), ink.convert("RGB")) <= LEVELS


def test_a_png_s_profile_that_unpacks_to_much_is_ignored() -> None:
    bomb = chunk(b"iCCP", b"p\0\0" + zlib.compress(WIDE["ProPhoto"] + bytes(50_000_000)))
    assert load_upright_rgb(png_with(bomb), 64).size == (96, 64)


def test_adobe_rgb_that_only_exif_tells_of() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = 0xFFFF
    exif.get_ifd(0x8769)[0xA005] = {1: "R03"}
    content = encoded(patches(), "JPEG", exif=exif, **LOSSLESS["JPEG"])
    assert b"R03" in content
    with Image.open(io.BytesIO(content)) as stored:
        expected = in_srgb(stored, WIDE["Adobe RGB"])
    assert furthest(load_upright_rgb(content, 120), expected) <= LEVELS
    plain = content.replace(b"R03\0", b"R98\0")
    assert furthest(load_upright_rgb(plain, 120), patches()) <= LEVELS


@pytest.mark.parametrize(("curve", "is_applied"), [(13, True), (1, True), (16, False)])
def test_a_heic_that_names_its_colours_by_number(curve: int, is_applied: bool) -> None:
    options = {"quality": 100, "chroma": 444, "matrix_coefficients": 6, "full_range_flag": 1}
    options |= {"color_primaries": 12, "transfer_characteristics": curve}
    content = encoded(patches(), "HEIF", **options)
    with Image.open(io.BytesIO(content)) as opened:
        stored = opened.convert("RGB")
    expected = in_srgb(stored, colours.display_p3()) if is_applied else stored
    assert furthest(load_upright_rgb(content, 120), expected) <= LEVELS


def test_the_curve_of_srgb_is_made_as_it_is_known() -> None:
    assert colours._is_needless(colours.matrix_profile(colours._SRGB, None))


@pytest.mark.parametrize("profile", [b"", SRGB], ids=["none", "sRGB"])
def test_srgb_costs_nothing(profile: bytes) -> None:
    """Neither littlecms nor a second pass over the pixels."""
    content = encoded(patches(), icc_profile=profile)
    program = (
        "import sys; from recognition.cnn.pixels.decoding import load_upright_rgb\n"
        f"load_upright_rgb({content!r}, 64)\n"
        "print('PIL.ImageCms' in sys.modules)"
    )
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, cwd=BASE_DIR, capture_output=True, check=True).stdout
    assert loaded.split() == [b"False"]


def test_srgb_is_told_by_its_numbers() -> None:
    linear = colours.matrix_profile(colours._SRGB, 1.0)
    assert not colours._is_needless(linear)
    table = b"curv" + struct.pack(">4xI", 1024)
    levels = np.linspace(0, 1, 1024)
    light = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    table += (light * 65535).round().astype(">u2").tobytes()
    with_table = linear
    for name in (b"rTRC", b"gTRC", b"bTRC"):
        with_table = _with_tag(with_table, name, table)
    assert colours._is_needless(with_table)


def test_a_profile_in_many_segments_is_put_together() -> None:
    large = WIDE["ProPhoto"] + bytes(200_000)
    content = encoded(patches(), "JPEG", icc_profile=large, **LOSSLESS["JPEG"])
    with Image.open(io.BytesIO(content)) as stored:
        expected = in_srgb(stored, WIDE["ProPhoto"])
    assert furthest(load_upright_rgb(content, 120), expected) <= LEVELS


def test_an_odd_segment_where_a_profile_should_be_is_ignored() -> None:
    content = jpeg_with(segment(0xE2, b"ICC_PROFILE\0\x05\x02half a profile"))
    assert load_upright_rgb(content, 64).size == (96, 64)


def test_littlecms_reads_what_is_made_here() -> None:
    for profile in (*WIDE.values(), grey_profile(2.2), press_profile()):
        assert ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.version == 2.4
