"""From a photo to the square of pixels that a network sees; serving and training share it. Its
colours are in sRGB (`colours.py`).

Torch-free: the normalisation that follows runs inside the network (`recogniser.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.cropping import FILTERS, centre_square, squeezed
from recognition.cnn.pixels.decoding import load_upright_rgb

SHORTER_SIDE = 512  # pixels of a decoded photo: small subjects need more than the first look


@dataclass(frozen=True)
class Preprocessing:
    """Scale the shorter side to `resize` pixels, cut the centre `crop` x `crop`, then normalise.

    mean, std: in pixel values from 0 to 255; one number for all channels, or three.
    greyscale: the network sees one channel, the luma.
    """

    resize: int
    crop: int
    interpolation: str
    mean: float | tuple[float, ...]
    std: float | tuple[float, ...]
    greyscale: bool = False

    def __post_init__(self) -> None:
        if self.interpolation not in FILTERS:
            raise ValueError(f"interpolation must be one of {sorted(FILTERS)}")
        if not 0 < self.crop <= self.resize or not _fits(self):
            raise ValueError(f"not a usable preprocessing: {self}")


def _fits(preprocessing: Preprocessing) -> bool:
    """Whether mean and deviation are one number or as many as there are channels."""
    means, deviations = np.atleast_1d(preprocessing.mean), np.atleast_1d(preprocessing.std)
    sizes = (1,) if preprocessing.greyscale else (1, 3)
    return len(means) in sizes and len(deviations) in sizes and bool((deviations > 0).all())


def load_pixels(
    source: Path | bytes, preprocessing: Preprocessing, max_pixels: int
) -> npt.NDArray[np.uint8]:
    """Decode a photo into uint8 pixels of shape (crop, crop, 3), RGB. Raises UnreadablePhoto."""
    return centre_pixels(load_upright_rgb(source, preprocessing.resize, max_pixels), preprocessing)


def centre_pixels(image: Image.Image, preprocessing: Preprocessing) -> npt.NDArray[np.uint8]:
    """Resize and crop an RGB image to uint8 pixels of shape (crop, crop, 3)."""
    return np.asarray(
        centre_square(image, preprocessing.resize, preprocessing.crop, preprocessing.interpolation)
    )


def subject_pixels(
    image: Image.Image, box: Box, preprocessing: Preprocessing
) -> npt.NDArray[np.uint8]:
    """A subject of an RGB image, squeezed into uint8 pixels of shape (crop, crop, 3).

    box: in parts of 1 of the image.
    """
    return np.asarray(squeezed(image, box, preprocessing.crop, preprocessing.interpolation))
