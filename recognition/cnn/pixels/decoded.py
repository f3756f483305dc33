"""Photos as arrays of pixels, decoded in processes of their own. Torch-free."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.children import Reply
from recognition.cnn.pixels.pool import shared
from recognition.cnn.pixels.preprocessing import SHORTER_SIDE, Preprocessing

Pixels = npt.NDArray[np.uint8]


class Kept(NamedTuple):
    """A whole photo, until it is known whether it is needed."""

    size: tuple[int, int]
    content: bytes

    def image(self) -> Image.Image:
        return Image.frombytes("RGB", self.size, self.content)


class Views(NamedTuple):
    """pixels: (crop, crop, 3), RGB."""

    pixels: Pixels
    kept: Kept | None


def load_views(
    source: Path | bytes,
    preprocessing: Preprocessing,
    max_pixels: int,
    kept_side: int = 0,
    apart: bool = True,
) -> Views:
    """What a network sees of a photo and, if kept_side is not 0, the photo with a shorter side of
    at least so many pixels, if it has them.

    apart: decode it also if that takes long. Raises UnreadablePhoto, or HeavyPhoto if not `apart`.
    """
    ask = shared().run if apart else shared().light
    reply = ask(
        "views",
        source,
        max_pixels=max_pixels,
        resize=preprocessing.resize,
        crop=preprocessing.crop,
        interpolation=preprocessing.interpolation,
        kept_side=kept_side,
    )
    kept = Kept(tuple(reply.fields["kept_size"]), reply.parts[1]) if kept_side else None
    return Views(_array(reply, preprocessing.crop, preprocessing.crop), kept)


def load_picture(source: Path | bytes, side: int, max_pixels: int, box: Box | None) -> Pixels:
    """An RGB picture (H, W, 3) with its shorter side this long or, if there is a box, what is in it
    as a square. Raises UnreadablePhoto."""
    reply = shared().run(
        "picture",
        source,
        max_pixels=max_pixels,
        side=side,
        # A subject is cut from as many pixels as when the network serves.
        crop_side=SHORTER_SIDE,
        box=box,
    )
    width, height = reply.fields["size"]
    return _array(reply, width, height)


def _array(reply: Reply, width: int, height: int) -> Pixels:
    return np.frombuffer(reply.parts[0], np.uint8).reshape(height, width, 3)
