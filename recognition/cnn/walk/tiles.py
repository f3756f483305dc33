"""Feature maps as small pictures, many in one file. Torch-free.

Dark is 0; the brighter orange, the more; blue is below 0.
"""

from __future__ import annotations

import io
import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

_MOST_SIDE = 96  # of a map in its picture, in pixels; larger ones are averaged
_COLUMNS = 4
_STEPS = 256
_QUALITY = 88
SMALL = 32  # a tile of this side is kept without loss: its places are seen one by one
# At 0, half-way and at the strongest, each way; of about equal brightness on either side.
_DARK, _ABOVE, _BELOW = (
    (18, 20, 26),
    ((213, 94, 0), (255, 240, 205)),
    ((0, 114, 178), (205, 235, 255)),
)

Floats = npt.NDArray[np.float32]


class Sprite(NamedTuple):
    """content: a WebP file. width, height: of a tile; they stand row by row."""

    content: bytes
    width: int
    height: int
    columns: int

    def to_fields(self, name: str) -> dict[str, Any]:
        """For json.dumps. name: of the file, without its ending."""
        return {"name": name, "tile": [self.width, self.height], "columns": self.columns}


def sprite(maps: Floats) -> Sprite:
    """maps: (N, h, w). Each has the full range of colours for itself."""
    small = np.stack([_shrunk(each) for each in maps])
    count, height, width = small.shape
    columns = min(count, _COLUMNS)
    rows = math.ceil(count / columns)
    sheet = np.zeros((rows * height, columns * width, 3), np.uint8)
    for place, each in enumerate(coloured(small)):
        top, left = place // columns * height, place % columns * width
        sheet[top : top + height, left : left + width] = each
    return Sprite(webp(sheet, max(height, width) <= SMALL), width, height, columns)


def coloured(maps: Floats) -> npt.NDArray[np.uint8]:
    """(N, h, w) -> (N, h, w, 3)."""
    most = np.abs(maps).max(axis=(1, 2), keepdims=True)
    parts = maps / np.where(most > 0, most, 1)
    found: npt.NDArray[np.uint8] = _PALETTE[
        np.rint(parts * (_STEPS - 1)).astype(np.intp) + _STEPS - 1
    ]
    return found


def webp(pixels: npt.NDArray[np.uint8], lossless: bool = False) -> bytes:
    """A picture (h, w, 3) as a file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", quality=_QUALITY, method=2, lossless=lossless)
    return file.getvalue()


def _shrunk(values: Floats) -> Floats:
    side = max(values.shape)
    if side <= _MOST_SIDE:
        return values
    height, width = (max(1, round(each * _MOST_SIDE / side)) for each in values.shape)
    picture = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(picture.resize((width, height), Image.Resampling.BOX))


def _palette() -> npt.NDArray[np.uint8]:
    """From the most below 0 to the most above."""
    parts = np.linspace(0, 1, _STEPS)
    ways = []
    for half, full in (_BELOW, _ABOVE):
        stops = zip(_DARK, half, full, strict=True)
        ways.append(np.stack([np.interp(parts, (0, 0.55, 1), each) for each in stops], axis=1))
    found: npt.NDArray[np.uint8] = np.rint(np.concatenate([ways[0][:0:-1], ways[1]])).astype(
        np.uint8
    )
    return found


_PALETTE = _palette()
