"""What stands in a PNG beside its pixels is no reason to refuse it."""

from __future__ import annotations

import random
import struct
import zlib

import pytest
from PIL import Image

from recognition.cnn.pixels.decoding import load_upright_rgb
from tests.support.colours import WIDE, in_srgb
from tests.support.files import difference, encoded, picture
from tests.support.hostile import chunk, png_with

LONG = random.Random(0).randbytes(1_500_000).hex()[:1_500_000].encode()

CHUNKS = {
    "long text": chunk(b"tEXt", b"parameters\0" + LONG),
    "long packed text": chunk(b"zTXt", b"parameters\0\0" + zlib.compress(LONG)),
    "long international text": chunk(b"iTXt", b"parameters\0\1\0\0\0" + zlib.compress(LONG)),
    "long plain international text": chunk(b"iTXt", b"workflow\0\0\0\0\0" + LONG),
    "long xmp": chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(LONG)),
    "long exif as text": chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(LONG)),
    "much text": chunk(b"tEXt", b"key\0" + LONG) * 20,
    "long profile": chunk(b"iCCP", b"p\0\0" + zlib.compress(LONG)),
    "very long profile": chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(9_000_000))),
    "broken profile": chunk(b"iCCP", b"p\0\0broken"),
    "profile packed in an unknown way": chunk(b"iCCP", b"p\0\7" + zlib.compress(b"x")),
    "profile of nothing": chunk(b"iCCP", b"p"),
    "text packed in an unknown way": chunk(b"zTXt", b"Comment\0\7x"),
    "text that is named like a part of the picture": chunk(b"tEXt", b"transparency\0white"),
    "text that is named like a profile": chunk(b"tEXt", b"icc_profile\0nothing"),
    "empty text": chunk(b"tEXt", b"") + chunk(b"zTXt", b"") + chunk(b"iTXt", b""),
}


@pytest.mark.parametrize("kind", CHUNKS)
@pytest.mark.parametrize("is_behind", [False, True])
def test_it_reads_a_png_with(kind: str, is_behind: bool) -> None:
    content = png_with(CHUNKS[kind])
    if is_behind:  # its pixels
        plain = encoded(picture(), "PNG")
        content = plain[:-12] + CHUNKS[kind] + plain[-12:]
    assert difference(load_upright_rgb(content, 64), picture()) < 1


def test_a_profile_of_more_than_a_megabyte_counts() -> None:
    large = WIDE["ProPhoto"] + LONG
    content = png_with(chunk(b"iCCP", b"p\0\0" + zlib.compress(large)))
    assert difference(load_upright_rgb(content, 64), in_srgb(picture(), WIDE["ProPhoto"])) < 1


def test_exif_as_text_turns_a_photo() -> None:
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\1" + struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) + bytes(4)
    text = b"\nexif\n" + str(len(exif)).encode() + b"\n" + exif.hex().encode() + b"\n"
    content = png_with(chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(text)))
    assert load_upright_rgb(content, 64).size == picture().size[::-1]


def test_xmp_turns_a_photo() -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="6"/></x:xmpmeta>'
    content = png_with(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp))
    turned = load_upright_rgb(content, 64)
    assert difference(turned, picture().transpose(Image.Transpose.ROTATE_270)) < 1
