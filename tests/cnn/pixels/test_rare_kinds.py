"""TIFF and BMP have many kinds: each is read sensibly, or refused as not supported."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from recognition.cnn.pixels.decoding import load_upright_rgb
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from tests.support.files import difference, encoded, picture
from tests.support.hostile import jpeg_with
from tests.support.tiffs import CMYK, GREY, LAB, PALETTE, RGB, YCBCR, bmp32, tiff_of

ALPHA, ASSOCIATED, UNSPECIFIED = (338, 3, (2,)), (338, 3, (1,)), (338, 3, (0,))
_PALETTE = (320, 3, tuple(level * 257 for level in range(256)) * 3)


def channels(mode: str) -> np.ndarray:
    pixels = np.asarray(picture().convert(mode))
    return pixels if pixels.ndim == 3 else pixels[..., None]


def with_alpha(values: np.ndarray, alpha: int) -> np.ndarray:
    return np.concatenate([values, np.full_like(values[..., :1], alpha)], axis=2)


GREYS = channels("L")
COLOURS = channels("RGB")
DEEP = GREYS.astype(np.uint16) * 257

READ = {
    "grey with alpha": tiff_of(with_alpha(GREYS, 255), more=[ALPHA]),
    "grey times alpha": tiff_of(with_alpha(GREYS, 255), more=[ASSOCIATED]),
    "grey with something more": tiff_of(with_alpha(GREYS, 0), more=[UNSPECIFIED]),
    "grey of two channels": tiff_of(with_alpha(GREYS, 255)),
    "grey of two channels, of which one is empty": tiff_of(with_alpha(GREYS, 0)),
    "grey of two channels, big-endian": tiff_of(with_alpha(GREYS, 255), order=">"),
    "palette with alpha": tiff_of(with_alpha(GREYS, 255), PALETTE, more=[ALPHA, _PALETTE]),
    "palette": tiff_of(GREYS, PALETTE, more=[_PALETTE]),
    "float": tiff_of((GREYS / 255).astype(np.float32)),
    "float, big-endian": tiff_of((GREYS / 255).astype(np.float32), order=">"),
    "float without some": tiff_of(
        np.where(np.arange(96)[None, :, None] == 50, np.nan, GREYS / 255).astype(np.float32)
    ),
    "float with an infinity": tiff_of(
        np.where(np.arange(96)[None, :, None] == 50, np.inf, GREYS / 255).astype(np.float32)
    ),
    "16 bits": tiff_of(DEEP),
    "16 bits, big-endian": tiff_of(DEEP, order=">"),
    "32 bits": tiff_of(DEEP.astype(np.uint32)),
    "signed 32 bits": tiff_of(DEEP.astype(np.int32)),
    "BigTIFF": tiff_of(GREYS, is_big=True),
}
IN_COLOUR = {
    "RGB with alpha": tiff_of(with_alpha(COLOURS, 255), RGB, more=[ALPHA]),
    "RGB times alpha": tiff_of(with_alpha(COLOURS, 255), RGB, more=[ASSOCIATED]),
    "RGB of four channels": tiff_of(with_alpha(COLOURS, 255), RGB),
    "RGB of four channels, of which one is empty": tiff_of(with_alpha(COLOURS, 0), RGB),
    "RGB in 16 bits": tiff_of(COLOURS.astype(np.uint16) * 257, RGB),
    "RGB in planes": tiff_of(COLOURS, RGB, is_planar=True),
    "YCbCr": tiff_of(channels("YCbCr"), YCBCR, more=[(530, 3, (1, 1))]),
    "CMYK": tiff_of(channels("CMYK"), CMYK),
    "CMYK in 16 bits": tiff_of(channels("CMYK").astype(np.uint16) * 257, CMYK),
    "BigTIFF in colour": tiff_of(COLOURS, RGB, is_big=True),
}
REFUSED = {
    "grey in 16 bits with alpha": tiff_of(with_alpha(DEEP, 65535), more=[ALPHA]),
    "grey with alpha in planes": tiff_of(with_alpha(GREYS, 255), more=[ALPHA], is_planar=True),
    "inverted grey with alpha": tiff_of(with_alpha(GREYS, 255), 0, more=[ALPHA]),
    "RGB in planes of 16 bits": tiff_of(COLOURS.astype(np.uint16) * 257, RGB, is_planar=True),
    "BigTIFF, big-endian": tiff_of(GREYS, is_big=True, order=">"),
    "float in 64 bits": tiff_of((GREYS / 255).astype(np.float64)),
    "float in 16 bits": tiff_of((GREYS / 255).astype(np.float16)),
    "float with alpha": tiff_of(with_alpha(GREYS / 255, 1).astype(np.float32), more=[ALPHA]),
    "RGB of floats": tiff_of((COLOURS / 255).astype(np.float32), RGB),
    "RGB in 32 bits": tiff_of(COLOURS.astype(np.uint32), RGB),
    "64 bits": tiff_of(DEEP.astype(np.uint64)),
    "complex numbers": tiff_of(GREYS.astype(np.complex64)),
    "Lab in 16 bits": tiff_of(COLOURS.astype(np.uint16), LAB),
    "Lab as profiles have it": tiff_of(COLOURS, 9),
    "CMYK with alpha": tiff_of(with_alpha(channels("CMYK"), 255), CMYK, more=[ALPHA]),
    "a palette that is missing": tiff_of(GREYS, PALETTE),
    "a mask": tiff_of(GREYS, 4),
    "YCbCr with colours for each other pixel": tiff_of(
        np.tile(GREYS, (1, 1, 3)), YCBCR, more=[(530, 3, (2, 2)), (279, 4, (96 * 64 * 3 // 2,))]
    ),
    "JPEG 2000 in TIFF": tiff_of(GREYS, more=[(259, 3, (34712,))]),
    "JBIG in TIFF": tiff_of(GREYS, more=[(259, 3, (34661,))]),
    "four greys": tiff_of(np.tile(GREYS, (1, 1, 4)), GREY, more=[(338, 3, (0, 0, 0))]),
}


@pytest.mark.parametrize("kind", READ)
def test_it_reads_a_tiff_of(kind: str) -> None:
    photo = np.asarray(load_upright_rgb(READ[kind], 64).convert("L"), np.int16)
    expected = GREYS[..., 0].astype(np.int16)
    if "float" in kind:
        known = np.delete(expected, 50, 1) if "with" in kind else expected
        expected = (expected - known.min()) * 255.0 / (known.max() - known.min())
        photo, expected = np.delete(photo, 50, 1), np.delete(expected, 50, 1)
    assert np.abs(photo - expected).max() <= 2


@pytest.mark.parametrize("kind", IN_COLOUR)
def test_it_reads_a_coloured_tiff_of(kind: str) -> None:
    assert difference(load_upright_rgb(IN_COLOUR[kind], 64), picture()) < 3


def test_it_reads_a_tiff_in_lab() -> None:
    """Lightness, and colours as signed bytes."""
    values = np.zeros((8, 8, 3), np.uint8)
    values[..., 0], values[..., 1], values[..., 2] = 138, 81, 70  # CIE Lab of pure red
    red, green, blue = load_upright_rgb(tiff_of(values, LAB), 8).getpixel((4, 4))
    assert red > 245 > 20 > max(green, blue)


@pytest.mark.parametrize("kind", REFUSED)
def test_it_refuses_a_tiff_as_not_supported(kind: str) -> None:
    with pytest.raises(UnreadablePhoto) as refused:
        load_upright_rgb(REFUSED[kind], 64)
    assert (refused.value.code, refused.value.kind) == ("unsupported_format", "TIFF")


@pytest.mark.parametrize("kind", READ)
def test_half_of_it_is_damaged_all_the_same(kind: str) -> None:
    with pytest.raises(UnreadablePhoto) as refused:
        load_upright_rgb(READ[kind][: len(READ[kind]) // 2], 64)
    assert refused.value.code == "truncated"


@pytest.mark.parametrize("header_bytes", [56, 108, 124])
def test_a_bmp_whose_alpha_is_empty_is_opaque(header_bytes: int) -> None:
    pixels = np.ascontiguousarray(with_alpha(COLOURS[..., ::-1], 0))
    photo = load_upright_rgb(bmp32(pixels, header_bytes), 64)
    assert difference(photo, picture()) < 1


def test_a_bmp_with_an_alpha_is_laid_on_white() -> None:
    pixels = np.ascontiguousarray(with_alpha(COLOURS[..., ::-1], 0))
    pixels[:, :48, 3] = 255
    photo = load_upright_rgb(bmp32(pixels), 64)
    assert photo.getpixel((90, 30)) == (255, 255, 255)
    assert difference(photo.crop((0, 0, 48, 64)), picture().crop((0, 0, 48, 64))) < 1


@pytest.mark.parametrize("header_bytes", [40, 124])
def test_a_bmp_without_masks_has_no_alpha(header_bytes: int) -> None:
    pixels = np.ascontiguousarray(with_alpha(COLOURS[..., ::-1], 0))
    photo = load_upright_rgb(bmp32(pixels, header_bytes, compression=0), 64)
    assert difference(photo, picture()) < 12


def test_a_png_that_is_clear_everywhere_stays_white() -> None:
    clear = Image.fromarray(with_alpha(COLOURS, 0))
    assert load_upright_rgb(encoded(clear, "PNG"), 64).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(("place", "value"), [(4, 12), (9, 2), (9, 5)])
def test_a_jpeg_of_12_bits_or_odd_channels_is_not_supported(place: int, value: int) -> None:
    jpeg = bytearray(jpeg_with())
    jpeg[jpeg.index(b"\xff\xc0") + place] = value
    with pytest.raises(UnreadablePhoto) as refused:
        load_upright_rgb(bytes(jpeg), 64)
    assert (refused.value.code, refused.value.kind) == ("unsupported_format", "JPEG")


@pytest.mark.parametrize("compression", [4, 5, 6, 11])
def test_a_bmp_packed_in_a_rare_way_is_not_supported(compression: int) -> None:
    pixels = np.ascontiguousarray(with_alpha(COLOURS[..., ::-1], 0))
    with pytest.raises(UnreadablePhoto) as refused:
        load_upright_rgb(bmp32(pixels, 40, compression), 64)
    assert (refused.value.code, refused.value.kind) == ("unsupported_format", "BMP")
