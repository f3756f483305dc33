"""From a map in the network's own grid to the pixels of the photo. Torch-free.

The network saw a square: the centre of the photo, or a subject squeezed into it. A map belongs to
that square, so it is put back to where the square was, and what the network did not see stays 0.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.cropping import centre_box, subject_box
from recognition.cnn.pixels.preprocessing import Preprocessing

Values = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

# Two colours that people with any kind of colour vision tell apart (Okabe and Ito 2008).
SPEAKS_FOR, SPEAKS_AGAINST = (213, 94, 0), (0, 114, 178)


def centre_place(size: tuple[int, int], preprocessing: Preprocessing) -> Box:
    """Where in an upright photo, in parts of 1 of it, the square stands that the network sees.

    size: width and height in pixels.
    """
    left, top, right, bottom = centre_box(size, preprocessing.resize, preprocessing.crop)
    width, height = size
    return Box(left / width, top / height, right / width, bottom / height)


def subject_place(box: Box) -> Box:
    """The part of the photo that the network sees of a subject: its box with a margin."""
    return Box(*subject_box((1, 1), box))


def upsampled(values: Values, side: int) -> Values:
    """The map (h, w) as large as the square that the network saw: (side, side), bilinear."""
    picture = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR))


def over_photo(values: Values, place: Box, size: tuple[int, int]) -> Values:
    """The map (h, w) over a photo: float32 (height, width), 0 outside of what the network saw.

    place: what it saw, in parts of 1 of the photo. size: width and height of the photo, or of a
    smaller picture of it, in pixels.
    """
    width, height = size
    rows, columns = values.shape
    across = columns / ((place.right - place.left) * width)
    down = rows / ((place.bottom - place.top) * height)
    # What of the map lies at each pixel of the photo.
    to_map = (across, 0, -place.left * width * across, 0, down, -place.top * height * down)
    picture = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(
        picture.transform(size, Image.Transform.AFFINE, to_map, Image.Resampling.BILINEAR)
    )


def hottest(values: Values, share: float) -> Mask:
    """The places with the largest values, as many as this share of all; at least one."""
    count = max(1, round(share * values.size))
    chosen = np.zeros(values.size, np.bool_)
    chosen[np.argpartition(-values, count - 1, axis=None)[:count]] = True
    return chosen.reshape(values.shape)


def overlap(one: Mask, other: Mask) -> float:
    """Intersection over union, 0 to 1."""
    union = int((one | other).sum())
    return int((one & other).sum()) / union if union else 0.0


def heat_picture(values: Values, most: float | None = None) -> Image.Image:
    """A picture to lay over the photo: RGBA, one colour for what speaks for the label and one for
    what speaks against it, the stronger the less transparent.

    most: the value that is not transparent at all; the largest of these, if not given. Maps that
        are compared need the same one.
    """
    top = most if most is not None else float(np.abs(values).max(initial=0.0))
    strength = np.abs(values) / top if top > 0 else np.zeros_like(values)
    pixels = np.empty((*values.shape, 4), np.uint8)
    pixels[..., :3] = np.where(values[..., None] > 0, SPEAKS_FOR, SPEAKS_AGAINST)
    pixels[..., 3] = np.rint(255 * strength.clip(0, 1))
    return Image.fromarray(pixels)
