"""What kind of file it is, told by its first bytes and its structure, never by its name."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.cnn.pixels.decoding import load_upright_rgb
from recognition.cnn.pixels.pool import shared
from recognition.cnn.pixels.signatures import HEAD_BYTES, supported_kind
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from tests.support.files import ENCODERS, NOT_IMAGES, encoded, picture
from tests.support.foreign import FOREIGN, RAW
from tests.support.tiffs import RGB, tiff_of

MAX_PIXELS = 1_000_000
BRANDS = [
    *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"),
    *(b"mif1", b"mif2", b"mif3", b"msf1", b"miaf", b"MiHB", b"new1"),
]


def heic(brand: bytes) -> bytes:
    content = encoded(picture(), "HEIF")
    return content[:8] + brand + content[12:]


@pytest.mark.parametrize("kind", FOREIGN)
def test_it_names_what_is_not_supported(kind: str) -> None:
    content, name = FOREIGN[kind]
    with pytest.raises(UnreadablePhoto) as refused:
        load_upright_rgb(content, 32, MAX_PIXELS)
    assert (refused.value.code, refused.value.kind) == ("unsupported_format", name)


@pytest.mark.parametrize("kind", ["dng", "cr3", "mov", "PDF 0"])
def test_a_decoding_process_tells_the_name(kind: str) -> None:
    content, name = FOREIGN[kind]
    with pytest.raises(UnreadablePhoto) as refused:
        shared().light("inspect", content, max_pixels=MAX_PIXELS)
    assert (refused.value.code, refused.value.kind) == ("unsupported_format", name)


@pytest.mark.parametrize("kind", FOREIGN)
def test_the_first_bytes_of_it_are_enough_or_it_looks_like_a_tiff(kind: str) -> None:
    content, name = FOREIGN[kind]
    if kind in RAW and content[:4] in (b"II*\0", b"MM\0*") and kind != "cr2":
        assert supported_kind(content[:HEAD_BYTES]) == "TIFF"
        return
    with pytest.raises(UnreadablePhoto) as refused:
        supported_kind(content[:HEAD_BYTES])
    assert refused.value.kind == name


def test_a_tiff_with_an_ordinary_directory_inside_is_a_photo() -> None:
    pixels = np.asarray(picture())
    start = len(tiff_of(pixels, RGB, more=[(330, 4, (0,))]))
    smaller = tiff_of(pixels[::2, ::2], RGB)
    content = tiff_of(pixels, RGB, more=[(330, 4, (start + 8,))]) + smaller
    assert load_upright_rgb(content, 32).size == picture().size


@pytest.mark.parametrize("place", [0, 7, 10**8])
def test_a_tiff_with_a_broken_directory_inside_is_a_photo(place: int) -> None:
    content = tiff_of(np.asarray(picture()), RGB, more=[(330, 4, (place,) * 40)])
    assert load_upright_rgb(content, 32).size == picture().size


@pytest.mark.parametrize("brand", BRANDS)
def test_a_heic_is_read_whatever_its_brand(brand: bytes) -> None:
    assert load_upright_rgb(heic(brand), 32).size == picture().size
    fields = shared().light("inspect", heic(brand), max_pixels=MAX_PIXELS).fields
    assert (fields["format"], fields["width"]) == ("HEIF", 96)


def test_an_avif_that_calls_itself_a_picture_is_an_avif() -> None:
    content = encoded(picture(), "AVIF")
    assert supported_kind(content[:8] + b"mif1" + content[12:HEAD_BYTES]) == "AVIF"


@pytest.mark.parametrize("kind", ENCODERS)
def test_a_photo_is_known_by_as_little_as_by_all(kind: str) -> None:
    content = ENCODERS[kind](picture())
    assert supported_kind(content[:HEAD_BYTES]) == supported_kind(content)


@pytest.mark.parametrize("kind", NOT_IMAGES)
def test_what_nobody_takes_for_a_photo_has_no_name(kind: str) -> None:
    with pytest.raises(UnreadablePhoto) as refused:
        supported_kind(NOT_IMAGES[kind][:HEAD_BYTES])
    assert (refused.value.code, refused.value.kind) == ("not_an_image", "")
