"""From any file a person may upload to upright RGB pixels, or to the reason why not."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recognition.cnn.pixels.decoding import load_upright_rgb, open_photo, to_rgb
from recognition.cnn.pixels.signatures import supported_kind
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from tests.support.files import (
    ENCODERS,
    NOT_IMAGES,
    ORIENTATIONS,
    UNSUPPORTED,
    WITHOUT_COLOUR,
    difference,
    encoded,
    noise,
    picture,
    rotated,
)

pytestmark = pytest.mark.filterwarnings("ignore:Corrupt EXIF data", "ignore:Truncated File Read")


def code_of(content: bytes | Path, max_pixels: int = 1_000_000) -> str:
    with pytest.raises(UnreadablePhoto) as refused:
        load_upright_rgb(content, 32, max_pixels)
    return refused.value.code


@pytest.mark.parametrize("kind", ENCODERS)
def test_it_reads(kind: str) -> None:
    original = picture()
    photo = load_upright_rgb(ENCODERS[kind](original), 64)
    assert photo.mode == "RGB"
    assert photo.size == original.size
    expected = original.convert("L").convert("RGB") if kind in WITHOUT_COLOUR else original
    if kind == "1-bit png":  # dithered: only on average like the original
        photo, expected = (im.resize((3, 2), Image.Resampling.BOX) for im in (photo, expected))
    assert difference(photo, expected) < 12


@pytest.mark.parametrize("kind", ENCODERS)
def test_it_recognises_the_beginning_of(kind: str) -> None:
    assert supported_kind(ENCODERS[kind](picture())[:12])


def test_it_reads_real_photos(photos: list[Path]) -> None:
    for path in photos:
        assert min(load_upright_rgb(path, 224).size) >= 224


def test_bytes_and_files_give_the_same_pixels(photos: list[Path]) -> None:
    assert load_upright_rgb(photos[0], 224) == load_upright_rgb(photos[0].read_bytes(), 224)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_it_turns_upright(format: str, orientation: int) -> None:
    original = picture(96, 64)
    photo = load_upright_rgb(rotated(original, orientation, format, quality=95), 64)
    assert photo.size == original.size
    assert difference(photo, original) < 12


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "I;16"])
def test_it_turns_what_must_be_converted(mode: str) -> None:
    grey = Image.fromarray(np.arange(6, dtype=np.uint16).reshape(2, 3) * 10_000)
    original = grey if mode == "I;16" else picture(3, 2).convert(mode)
    photo = load_upright_rgb(rotated(original, 6, "PNG"), 1)
    assert difference(photo, to_rgb(original)) < 1


def test_a_broken_exif_block_does_not_spoil_a_photo() -> None:
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">HHHII", 60_000, 0x8769, 4, 1, 0xFFFFFF)
    assert load_upright_rgb(encoded(picture(), exif=exif), 64).size == (96, 64)


def test_transparency_becomes_white() -> None:
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    assert load_upright_rgb(encoded(clear, "PNG"), 8).getpixel((4, 4)) == (255, 255, 255)


def test_a_transparent_palette_entry_becomes_white() -> None:
    clear = Image.new("P", (8, 8), 1)
    clear.putpalette([0, 0, 0, 255, 0, 0])
    gif = encoded(clear, "GIF", transparency=1)
    assert load_upright_rgb(gif, 8).getpixel((4, 4)) == (255, 255, 255)


def test_16_bits_keep_their_brightness() -> None:
    dark = Image.fromarray(np.full((8, 8), 50 * 257, np.uint16))
    assert load_upright_rgb(encoded(dark, "PNG"), 8).getpixel((4, 4)) == (50, 50, 50)


def test_floating_point_tiff_is_stretched() -> None:
    values = Image.fromarray(np.linspace(-1, 1, 64, dtype=np.float32).reshape(8, 8))
    photo = load_upright_rgb(encoded(values, "TIFF"), 8)
    assert photo.getpixel((0, 0)) == (0, 0, 0)
    assert photo.getpixel((7, 7)) == (255, 255, 255)


def test_the_first_frame_counts() -> None:
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    for format in ("GIF", "TIFF", "WEBP", "AVIF"):
        animation = encoded(first, format, save_all=True, append_images=[second])
        red, _, blue = load_upright_rgb(animation, 8).getpixel((4, 4))
        assert red > 200 > 50 > blue, format


def test_a_large_jpeg_is_shrunk_while_it_is_decoded() -> None:
    assert load_upright_rgb(encoded(picture(1600, 1200)), 256).size == (400, 300)


def test_a_heic_is_never_replaced_by_its_thumbnail() -> None:
    heic = encoded(picture(400, 300), "HEIF", thumbnails=[100])
    assert load_upright_rgb(heic, 50).size == (400, 300)


def test_the_name_of_a_file_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(encoded(picture(), "PNG"))
    assert load_upright_rgb(path, 64).size == (96, 64)


@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("share", [0.1, 0.45])
def test_it_rejects_a_truncated(kind: str, share: float) -> None:
    content = ENCODERS[kind](noise())
    assert code_of(content[: int(len(content) * share)]) == "truncated"


@pytest.mark.parametrize("kind", ENCODERS)
def test_it_rejects_no_more_than_the_beginning_of(kind: str) -> None:
    assert code_of(ENCODERS[kind](noise())[:40]) == "truncated"


@pytest.mark.parametrize("kind", NOT_IMAGES)
def test_it_rejects_what_is_no_picture(kind: str) -> None:
    assert code_of(NOT_IMAGES[kind]) == "not_an_image"


@pytest.mark.parametrize("kind", UNSUPPORTED)
def test_it_rejects_other_kinds_of_pictures(kind: str) -> None:
    assert code_of(UNSUPPORTED[kind]()) == "unsupported_format"


def test_pillows_own_limit_is_the_callers() -> None:
    huge = encoded(Image.new("1", (20_000, 10_000)), "PNG")  # an error by Pillow's default
    with open_photo(huge, max_pixels=200_000_000) as (image, _):
        assert image.size == (20_000, 10_000)
        assert Image.MAX_IMAGE_PIXELS == 200_000_000


def test_it_rejects_too_many_pixels_before_it_decodes_any() -> None:
    header = encoded(picture(100, 101), "PNG")[:60]  # decoding this would say `truncated`
    assert code_of(header, max_pixels=10_000) == "too_many_pixels"


def test_it_accepts_exactly_as_many_pixels_as_allowed() -> None:
    assert load_upright_rgb(encoded(picture(100, 100), "PNG"), 1, max_pixels=10_000)


@pytest.mark.filterwarnings("ignore")
def test_damage_anywhere_in_a_file_is_no_more_than_a_refusal() -> None:
    """Whatever byte is wrong, the photo is read or refused: no other exception gets out."""
    chance = np.random.default_rng(0)
    for encode in ENCODERS.values():
        content = np.frombuffer(encode(noise(48, 32)), np.uint8)
        for _ in range(100):
            damaged = content.copy()
            places = chance.integers(0, len(damaged), 4)
            damaged[places] = chance.integers(0, 256, 4)
            with contextlib.suppress(UnreadablePhoto):
                load_upright_rgb(damaged.tobytes(), 32, 1_000_000)


def test_whatever_goes_wrong_while_a_photo_is_open_is_its_own_fault() -> None:
    with pytest.raises(UnreadablePhoto), open_photo(encoded(picture()), 10_000):
        raise MemoryError
