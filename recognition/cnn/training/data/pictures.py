"""The photos of a run, decoded once and kept in memory as far as it goes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.decoding import UnreadablePhoto, load_upright_rgb, shrunk
from recognition.cnn.pixels.preprocessing import SHORTER_SIDE, squeezed
from recognition.cnn.training.memory import available_bytes

Pixels = npt.NDArray[np.uint8]

_MAX_THREADS = 16
_SHARE_OF_MEMORY = 0.25
_LONGEST = 2.0  # of the shorter side; what panoramas have beyond it is cut off at both ends
_AT_ONCE = 64


class Pictures:
    """Pictures whose shorter side is a little longer than what the network sees, so that a part
    can be cut out at random: uint8 (H, W, 3), RGB. A subject is squeezed into a square."""

    def __init__(
        self,
        paths: Sequence[Path],
        shorter_side: int,
        max_pixels: int,
        boxes: Sequence[Box | None] | None = None,
    ) -> None:
        """boxes: of the subjects, in parts of 1 of their photos; None for whole photos."""
        self._paths = paths
        self._boxes = boxes or [None] * len(paths)
        self._side = shorter_side
        self._max_pixels = max_pixels
        self._decoded: dict[int, Pixels] = {}
        self.pool = ThreadPoolExecutor(min(os.cpu_count() or 1, _MAX_THREADS), "decode")

    def read(self, on_progress: Callable[[float], None]) -> list[int]:
        """Decode all of them; which cannot be read.

        Whether a picture stays in memory or is decoded again each time makes no difference but
        to speed.
        """
        free = int(available_bytes() * _SHARE_OF_MEMORY)
        unreadable = []
        for first in range(0, len(self._paths), _AT_ONCE):
            rows = range(first, min(first + _AT_ONCE, len(self._paths)))
            for row, picture in zip(rows, self.pool.map(self._decode, rows), strict=True):
                if picture is None:
                    unreadable.append(row)
                elif picture.nbytes <= free:
                    free -= picture.nbytes
                    self._decoded[row] = picture
            on_progress(rows.stop / len(self._paths))
        return unreadable

    def __getitem__(self, row: int) -> Pixels:
        """A picture that can be read; a plain grey one if its file was deleted meanwhile."""
        picture = self._decoded.get(row)
        if picture is None:
            picture = self._decode(row)
        return np.full((self._side, self._side, 3), 127, np.uint8) if picture is None else picture

    def _decode(self, row: int) -> Pixels | None:
        box = self._boxes[row]
        # A subject is cut from as many pixels as when the network serves.
        side = max(self._side, SHORTER_SIDE) if box else self._side
        try:
            image = load_upright_rgb(self._paths[row], side, self._max_pixels)
        except (UnreadablePhoto, OSError):
            return None
        if box is None:
            return np.asarray(self._scaled(image))
        return np.asarray(squeezed(shrunk(image, side), box, self._side, "bicubic"))

    def _scaled(self, image: Image.Image) -> Image.Image:
        width, height = image.size
        scale = self._side / min(width, height)
        longest = _LONGEST * min(width, height)
        box_width, box_height = min(width, longest), min(height, longest)
        left, top = (width - box_width) / 2, (height - box_height) / 2
        size = (round(box_width * scale), round(box_height * scale))
        return image.resize(
            size,
            Image.Resampling.BICUBIC,
            box=(left, top, left + box_width, top + box_height),
        )
