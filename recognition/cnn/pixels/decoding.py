"""From the bytes of an upload to upright RGB pixels, whatever a camera or a phone wrote.

Strangers' bytes: the product calls this in child processes alone (`pool.py`).
"""

from __future__ import annotations

import importlib
import io
import mmap
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, NamedTuple

from PIL import Image, UnidentifiedImageError

from recognition.cnn.pixels import colours
from recognition.cnn.pixels.bounds import checked, named
from recognition.cnn.pixels.outlines.outline import Bytes, Outline
from recognition.cnn.pixels.signatures import AVIF_BRANDS
from recognition.cnn.pixels.unreadable import DEFAULT_MAX_PIXELS, UnreadablePhoto

# Pillow would load all its formats to find the one that it needs.
_PLUGINS = {"JPEG": "Jpeg", "PNG": "Png", "GIF": "Gif", "BMP": "Bmp", "TIFF": "Tiff"}
_PLUGINS |= {"WEBP": "WebP", "AVIF": "Avif"}

# Of these there are kinds that no decoder here knows; what is whole is no damage.
_WITH_VARIANTS = ("HEIF", "AVIF", "TIFF")
_NOT_KNOWN = re.compile("nsupported|not supported|unknown raw mode")

Source = Path | bytes | IO[bytes]

_SMALL_BYTES = 1 << 20

warnings.simplefilter("error", Image.DecompressionBombWarning)

_ORIENTATION_TAG = 0x0112
_EXTRA_SAMPLES = 0x0152  # of TIFF
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Opened(NamedTuple):
    image: Image.Image
    outline: Outline


def load_upright_rgb(
    source: Source, shorter_side: int, max_pixels: int = DEFAULT_MAX_PIXELS
) -> Image.Image:
    """Decode a photo into an upright RGB image.

    A JPEG is shrunk by libjpeg while it is decoded, but its shorter side stays at least
    `shorter_side` pixels; so is a photo whose colours are converted. Others come in full size. Of
    several frames the first counts. Transparent pixels become white.

    Raises UnreadablePhoto.
    """
    with open_photo(source, max_pixels) as (image, _outline):
        return load_opened(image, shorter_side)


def load_opened(image: Image.Image, shorter_side: int) -> Image.Image:
    """As `load_upright_rgb`, inside `open_photo`."""
    draft_jpeg(image, shorter_side)
    image.load()
    profile = colours.profile_of(image)
    turned = upright(_without_an_empty_alpha(image))
    return _converted(turned, profile, shorter_side) if profile else to_rgb(turned)


@contextmanager
def open_photo(source: Source, max_pixels: int) -> Iterator[Opened]:
    """Open a photo without decoding it; whatever goes wrong inside the block is its own fault.

    Its bounds are looked at first, and only the decoder of the format that its signature names
    gets to see it. Raises UnreadablePhoto.
    """
    with _stream(source) as stream:
        try:
            outline = _outline(stream, max_pixels)
            image = _open(stream, outline.format, max_pixels)
        except UnreadablePhoto:
            raise
        except UnidentifiedImageError as error:
            is_variant = outline.format in _WITH_VARIANTS and outline.is_whole
            code = "unsupported_format" if is_variant else "truncated"
            raise named(UnreadablePhoto(code), outline.format) from error
        except Exception as error:  # decoders of strangers' bytes raise whatever they like
            raise named(_damaged(error), outline.format) from error
        with image:
            if image.width * image.height > max_pixels:
                raise UnreadablePhoto("too_many_pixels")
            try:
                yield Opened(image, outline)
            except UnreadablePhoto:
                raise
            except Exception as error:  # as above
                raise named(_damaged(error), outline.format) from error


@contextmanager
def _stream(source: Source) -> Iterator[IO[bytes]]:
    """What is small is read at once."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif isinstance(source, Path):
        with source.open("rb") as stream:
            yield stream
    else:
        head = source.read(_SMALL_BYTES)
        yield source if len(head) == _SMALL_BYTES else io.BytesIO(head)


def _outline(stream: IO[bytes], max_pixels: int) -> Outline:
    if isinstance(stream, io.BytesIO):
        return checked(stream.getvalue(), max_pixels)
    try:
        data: Bytes = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError:  # it is empty
        return checked(b"", max_pixels)
    with data:  # type: ignore[attr-defined]
        return checked(data, max_pixels)


def _open(stream: IO[bytes], format: str, max_pixels: int) -> Image.Image:
    if format == "HEIF":
        _register_heif()
    else:
        importlib.import_module(f"PIL.{_PLUGINS[format]}ImagePlugin")
    if format == "PNG":
        importlib.import_module("recognition.cnn.pixels.png_chunks").be_tolerant()
    elif format == "TIFF":
        _know_grey_with_alpha()
    # Never less than by default: the limit is one for all threads, and `open_photo` looks closer.
    Image.MAX_IMAGE_PIXELS = max(max_pixels, DEFAULT_MAX_PIXELS)
    return Image.open(stream, formats=[format])


def _know_grey_with_alpha() -> None:
    """Two channels of which nothing more is said; Pillow knows four."""
    kinds = sys.modules["PIL.TiffImagePlugin"].OPEN_INFO
    for order in (b"II", b"MM"):
        kinds.setdefault((order, 1, (1,), 1, (8, 8), ()), ("LA", "LA"))


@cache
def _register_heif() -> None:
    """Raises UnreadablePhoto where HEIC is not at hand, as on some machines that only measure."""
    try:
        import pillow_heif
    except ImportError:
        raise UnreadablePhoto("unsupported_format") from None
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener()
    # It knows no more than ten brands; `signatures.py` has said already that this is a photo.
    factory, _ = Image.OPEN["HEIF"]
    Image.register_open("HEIF", factory, _may_be_heif)


def _may_be_heif(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] not in AVIF_BRANDS


def _without_an_empty_alpha(image: Image.Image) -> Image.Image:
    """Programs write 32-bit BMPs with an alpha of 0 everywhere, and mean that there is none; TIFFs
    of four channels need not say that the fourth is alpha."""
    if image.mode not in ("RGBA", "LA"):
        return image
    is_said = image.format == "TIFF" and _EXTRA_SAMPLES in image.tag_v2  # type: ignore[attr-defined]
    if image.format not in ("BMP", "TIFF") or is_said:
        return image
    is_empty = image.getchannel("A").getextrema() == (0, 0)
    return image.convert(image.mode.removesuffix("A")) if is_empty else image


def draft_jpeg(image: Image.Image, shorter_side: int, mode: str | None = None) -> None:
    """Let libjpeg shrink a photo while it decodes; a HEIC's draft would be its thumbnail."""
    if image.format in ("JPEG", "MPO"):
        image.draft(mode, (shorter_side, shorter_side))


def shrunk(image: Image.Image, shorter_side: int) -> Image.Image:
    """A picture of which no side is more than twice as long as need be, quickly."""
    factor = min(image.size) // shorter_side
    return image.reduce(factor) if factor > 1 else image


def to_rgb(image: Image.Image) -> Image.Image:
    """Any of Pillow's modes as 8-bit RGB; what is transparent becomes white."""
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if _is_deep(image):
        return _scaled_to_8_bit(image).convert("RGB")
    if image.has_transparency_data:
        layer = _unmultiplied(image).convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(ground, layer).convert("RGB")
    return image.convert("RGB")


def _converted(image: Image.Image, profile: bytes, shorter_side: int) -> Image.Image:
    """As `to_rgb`, in sRGB: shrunk before, as colours take as long as decoding a JPEG does."""
    if _is_deep(image):
        image = _scaled_to_8_bit(image)
    alpha = None
    if image.has_transparency_data:
        image = _unmultiplied(image)
        image = image if image.mode == "LA" else image.convert("RGBA")
        image = shrunk(image, shorter_side)
        alpha = image.getchannel("A")
        image = image.getchannel("L") if image.mode == "LA" else image.convert("RGB")
    else:
        image = image if image.mode in ("L", "CMYK") else image.convert("RGB")
        image = shrunk(image, shorter_side)
    picture = colours.to_srgb(image, profile)
    if alpha is None:
        return picture
    return Image.composite(picture, Image.new("RGB", picture.size, "white"), alpha)


def upright(image: Image.Image) -> Image.Image:
    """Turn a decoded image as its EXIF orientation says."""
    turn = _TURNS.get(orientation(image))
    return image if turn is None else image.transpose(turn)


def orientation(image: Image.Image, read: Callable[[Image.Image], Image.Exif] | None = None) -> int:
    """The EXIF orientation, 1 (upright) to 8; a missing or broken EXIF block counts as 1.

    Of an image that is decoded: TIFF and HEIC are turned while they are. read: in place of the
    format's own `getexif`, which may decode the image.
    """
    try:
        value = (read(image) if read else image.getexif()).get(_ORIENTATION_TAG, 1)
    except Exception:  # a broken block is no reason to refuse the photo
        return 1
    return value if value in range(1, 9) else 1


def _unmultiplied(image: Image.Image) -> Image.Image:
    """Grey that was multiplied with its alpha, which Pillow converts to nothing but this."""
    return image.convert("LA") if image.mode == "La" else image


def _is_deep(image: Image.Image) -> bool:
    return image.mode.startswith("I") or image.mode == "F"


def _scaled_to_8_bit(image: Image.Image) -> Image.Image:
    """Greyscale with more than 8 bits: 16-bit integers keep their scale, others are stretched."""
    import numpy as np  # seldom needed, and large

    values = np.asarray(image).astype(np.float32)
    if image.mode.startswith("I;16") or (image.mode == "I" and values.max(initial=0) <= 65535):
        return Image.fromarray((values.clip(0) / 257).astype(np.uint8))
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    values = np.nan_to_num(values, nan=low, posinf=high, neginf=low).clip(low, high)
    scale = 255 / (high - low) if high > low else 0.0
    return Image.fromarray(((values - low) * scale).astype(np.uint8))


def _damaged(error: Exception) -> UnreadablePhoto:
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return UnreadablePhoto("too_many_pixels")
    if isinstance(error, MemoryError) or "too large" in str(error):  # as compressed text may be
        return UnreadablePhoto("too_complex")
    return UnreadablePhoto("unsupported_format" if _NOT_KNOWN.search(str(error)) else "truncated")
