"""Parts of a photo, cut out and scaled. Knows Pillow alone, for the processes that decode."""

from __future__ import annotations

from PIL import Image

from recognition.cnn.pixels.boxes import Box

PixelBox = tuple[float, float, float, float]  # left, top, right, bottom, in pixels

FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
_MARGIN = 0.05  # of a subject's width and height, on each side
_LONGEST = 2.0  # of the shorter side; what panoramas have beyond it is cut off at both ends


def centre_square(image: Image.Image, resize: int, crop: int, interpolation: str) -> Image.Image:
    """Scale the shorter side to `resize` pixels, and cut out the centre `crop` x `crop`."""
    # Resizing only the part that the crop keeps is one pass instead of two.
    box = centre_box(image.size, resize, crop)
    return image.resize((crop, crop), FILTERS[interpolation], box=box)


def centre_box(size: tuple[int, int], resize: int, crop: int) -> PixelBox:
    """The square of the original, in its pixels (left, top, right, bottom), that the crop keeps."""
    width, height = size
    side = min(width, height) * crop / resize
    left, top = (width - side) / 2, (height - side) / 2
    return left, top, left + side, top + side


def squeezed(image: Image.Image, box: Box, side: int, interpolation: str) -> Image.Image:
    """A subject with a margin as a square, whatever its own proportions are."""
    part = subject_box(image.size, box)
    return image.resize((side, side), FILTERS[interpolation], box=part)


def subject_box(size: tuple[int, int], box: Box) -> PixelBox:
    """A subject with its margin in pixels, as far as the image goes."""
    left, top, right, bottom = box
    across, down = _MARGIN * (right - left), _MARGIN * (bottom - top)
    width, height = size
    return (
        max(0.0, left - across) * width,
        max(0.0, top - down) * height,
        min(1.0, right + across) * width,
        min(1.0, bottom + down) * height,
    )


def scaled(image: Image.Image, side: int) -> Image.Image:
    """The photo with its shorter side this long."""
    width, height = image.size
    scale = side / min(width, height)
    longest = _LONGEST * min(width, height)
    box_width, box_height = min(width, longest), min(height, longest)
    left, top = (width - box_width) / 2, (height - box_height) / 2
    return image.resize(
        (round(box_width * scale), round(box_height * scale)),
        Image.Resampling.BICUBIC,
        box=(left, top, left + box_width, top + box_height),
    )
