"""Pictures that are never the same twice, and yet the same in a run that is repeated."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from recognition.cnn.pixels.preprocessing import Preprocessing, centre_pixels
from recognition.cnn.training.parameters import TrainingParameters

Pixels = npt.NDArray[np.uint8]

_SMALLEST_AREA = 0.08  # of a picture, at full strength (Szegedy et al. 2015, arXiv:1409.4842)
_LONGEST_ASPECT = 4 / 3  # likewise
_TRIES = 10
_COLOUR_RANGE = 0.4  # a factor of 1 +- this, at full strength (as He et al. 2016)


def augment(
    picture: Pixels,
    preprocessing: Preprocessing,
    parameters: TrainingParameters,
    random: np.random.Generator,
) -> Pixels:
    """A random part of a picture (H, W, 3), perhaps mirrored, in other light: (crop, crop, 3)."""
    pixels = _random_crop(Image.fromarray(picture), preprocessing, parameters.crop, random)
    if random.random() < parameters.flip:
        pixels = pixels[:, ::-1]
    if parameters.colour:
        pixels = _in_other_light(pixels, parameters.colour * _COLOUR_RANGE, random)
    return np.ascontiguousarray(pixels)


def _random_crop(
    image: Image.Image, preprocessing: Preprocessing, strength: float, random: np.random.Generator
) -> Pixels:
    if not strength:
        return centre_pixels(image, preprocessing)
    side = preprocessing.crop
    box = _random_box(*image.size, strength, random)
    return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC, box=box))


def _random_box(
    width: int, height: int, strength: float, random: np.random.Generator
) -> tuple[float, float, float, float]:
    """left, top, right, bottom of a part that fits; if none does, of the centre square."""
    smallest = 1 - strength * (1 - _SMALLEST_AREA)
    log_aspect = strength * math.log(_LONGEST_ASPECT)
    part_width = part_height = float(min(width, height))
    for _ in range(_TRIES):
        area = random.uniform(smallest, 1.0) * width * height
        aspect = math.exp(random.uniform(-log_aspect, log_aspect))
        if math.sqrt(area * aspect) <= width and math.sqrt(area / aspect) <= height:
            part_width, part_height = math.sqrt(area * aspect), math.sqrt(area / aspect)
            break
    left, top = random.uniform(0, width - part_width), random.uniform(0, height - part_height)
    return left, top, left + part_width, top + part_height


def _in_other_light(pixels: Pixels, spread: float, random: np.random.Generator) -> Pixels:
    """Brightness, contrast and saturation each times 1 +- spread."""
    brightness, contrast, saturation = random.uniform(1 - spread, 1 + spread, 3)
    values = pixels.astype(np.float32) * np.float32(brightness)
    mean = values.mean()
    values = (values - mean) * np.float32(contrast) + mean
    grey = values.mean(axis=2, keepdims=True)
    values = (values - grey) * np.float32(saturation) + grey
    clipped: npt.NDArray[np.float32] = values.clip(0, 255)
    return clipped.astype(np.uint8)
