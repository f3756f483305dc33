"""From the bytes of an upload to upright RGB pixels, whatever a camera or a phone wrote.

Knows Pillow and NumPy only, never torch: web processes use it to judge uploads.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, UnidentifiedImageError

try:
    import pillow_heif
except ImportError:  # the benchmarks of this package also run where HEIC is not at hand
    pass
else:
    pillow_heif.register_heif_opener()

# Pillow loads most of its formats late; all are needed to recognise what is no picture.
Image.init()
# Pillow's own limit is one global number that only warns at first; `open_photo` checks each photo.
Image.MAX_IMAGE_PIXELS = None

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "TIFF", "BMP")
DEFAULT_MAX_PIXELS = 100_000_000

_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"II*\0", b"MM\0*")
# The brands of still pictures in ISO base media files (ISO/IEC 23008-12, AV1 Image File Format).
_HEIF_BRANDS = {
    *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"mif3", b"msf1"),
    *(b"avif", b"avis", b"avci", b"avcs", b"j2ki", b"jpeg", b"vvic"),
}
_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class UnreadablePhoto(Exception):
    """This file cannot be predicted; `code` says why.

    not_an_image: no picture at all. unsupported_format: a picture of another kind, or a rare
    variant. truncated: damaged or incomplete. too_many_pixels: more than the caller allows.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def load_upright_rgb(
    source: Path | bytes, shorter_side: int, max_pixels: int = DEFAULT_MAX_PIXELS
) -> Image.Image:
    """Decode a photo into an upright RGB image.

    A JPEG is shrunk by libjpeg while it is decoded, but its shorter side stays at least
    `shorter_side` pixels; other formats come in full size. Of several frames the first counts.
    Transparent pixels become white.

    Raises UnreadablePhoto.
    """
    with open_photo(source, max_pixels) as image:
        draft_jpeg(image, shorter_side)
        image.load()
        return to_rgb(upright(image))


@contextmanager
def open_photo(source: Path | bytes, max_pixels: int) -> Iterator[Image.Image]:
    """Open a photo without decoding it; whatever goes wrong inside the block is its own fault.

    Type is judged by content. Raises UnreadablePhoto with the code not_an_image,
    unsupported_format, too_many_pixels or truncated.
    """
    stream: IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    with stream:
        try:
            image = Image.open(stream, formats=FORMATS)
        except UnidentifiedImageError as error:
            raise _unidentified(stream) from error
        except Exception as error:  # decoders of strangers' bytes raise whatever they like
            raise _damaged(error) from error
        with image:
            if image.width * image.height > max_pixels:
                raise UnreadablePhoto("too_many_pixels")
            try:
                yield image
            except UnreadablePhoto:
                raise
            except Exception as error:  # as above
                raise _damaged(error) from error


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
    if image.mode.startswith("I") or image.mode == "F":
        return _scaled_to_8_bit(image).convert("RGB")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(ground, layer).convert("RGB")
    return image.convert("RGB")


def upright(image: Image.Image) -> Image.Image:
    """Turn a decoded image as its EXIF orientation says."""
    turn = _TURNS.get(orientation(image))
    return image if turn is None else image.transpose(turn)


def orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) to 8; a missing or broken EXIF block counts as 1.

    Of an image that is decoded: TIFF and HEIC are turned while they are.
    """
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # a broken block is no reason to refuse the photo
        return 1
    return value if value in range(1, 9) else 1


def _scaled_to_8_bit(image: Image.Image) -> Image.Image:
    """Greyscale with more than 8 bits: 16-bit integers keep their scale, others are stretched."""
    values = np.asarray(image).astype(np.float32)
    if image.mode.startswith("I;16") or (image.mode == "I" and values.max(initial=0) <= 65535):
        return Image.fromarray((values / 257).astype(np.uint8))
    values = np.nan_to_num(values)
    spread = float(np.ptp(values)) or 1.0
    return Image.fromarray(((values - values.min()) / spread * 255).astype(np.uint8))


def _unidentified(stream: IO[bytes]) -> UnreadablePhoto:
    stream.seek(0)
    head = stream.read(12)
    if _is_heif(head) and not _ends_inside_a_box(stream):
        return UnreadablePhoto("unsupported_format")
    if looks_like_a_photo(head):
        return UnreadablePhoto("truncated")
    return UnreadablePhoto("unsupported_format" if _is_some_picture(stream) else "not_an_image")


def looks_like_a_photo(head: bytes) -> bool:
    """Whether a file of a supported format could begin with these bytes (at least 12)."""
    return head.startswith(_SIGNATURES) or head[8:12] == b"WEBP" or _is_heif(head)


def _is_heif(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS


def _ends_inside_a_box(stream: IO[bytes]) -> bool:
    """Whether an ISO base media file (ISO/IEC 14496-12) is shorter than its boxes say."""
    file_bytes = stream.seek(0, io.SEEK_END)
    position = 0
    while position < file_bytes:
        stream.seek(position)
        header = stream.read(16)
        box_bytes = int.from_bytes(header[:4], "big")
        if box_bytes == 1:  # the size did not fit into 32 bits
            box_bytes = int.from_bytes(header[8:16], "big")
        if box_bytes == 0:  # reaches to the end, wherever that is
            return False
        if box_bytes < 8:
            return True
        position += box_bytes
    return position > file_bytes


def _is_some_picture(stream: IO[bytes]) -> bool:
    stream.seek(0)
    try:
        with Image.open(stream):
            return True
    except UnidentifiedImageError:
        return False
    except Exception:  # Pillow knew the format and stumbled over its contents
        return True


def _damaged(error: Exception) -> UnreadablePhoto:
    return UnreadablePhoto("unsupported_format" if "nsupported" in str(error) else "truncated")
