"""The photos of a run, decoded once and kept in memory as far as it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.decoded import load_picture
from recognition.cnn.pixels.pool import processors
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.cnn.training.distributed import local_world_size
from recognition.cnn.training.memory import available_bytes

Pixels = npt.NDArray[np.uint8]

_MAX_THREADS = 16
_SHARE_OF_MEMORY = 0.25
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
        threads = min(max(1, processors() // local_world_size()), _MAX_THREADS)
        self.pool = ThreadPoolExecutor(threads, "decode")

    def read(self, on_progress: Callable[[float], None]) -> list[int]:
        """Decode all of them; which cannot be read.

        Whether a picture stays in memory or is decoded again each time makes no difference but
        to speed.
        """
        free = int(available_bytes() * _SHARE_OF_MEMORY / local_world_size())
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
        try:
            return load_picture(self._paths[row], self._side, self._max_pixels, box)
        except (UnreadablePhoto, OSError):
            return None
