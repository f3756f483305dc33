"""A picture that every engine must answer as the network did when it was saved. Torch-free."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

_SEED = 2
_BLOBS = 8


def reference_pixels(side: int) -> npt.NDArray[np.uint8]:
    """Blobs of colour, the same on every machine: uint8 (1, side, side, 3)."""
    # NumPy promises that RandomState's stream never changes; newer generators' may.
    blobs = np.random.RandomState(_SEED).randint(0, 256, (_BLOBS, _BLOBS, 3)).astype(np.uint8)
    image = Image.fromarray(blobs).resize((side, side), Image.Resampling.BICUBIC)
    return np.array(image)[None]
