"""What a finder finds: candidates in, detections out. Torch-free."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

MIN_SCORE = 0.12
MAX_OVERLAP = 0.6  # of two boxes of one class, as intersection over union
MAX_DETECTIONS = 24
_MAX_CANDIDATES = 120  # the best ones: every one is compared with every other


class Detections(NamedTuple):
    """What was found in one photo, best first.

    boxes: float32 (N, 4): left, top, right, bottom, in parts of 1 of the photo.
    scores: float32 (N,), 0 to 1. classes: (N,), places in `COCO_CLASSES`.
    class_scores: float32 (N, 80): how likely each of all classes is there.
    """

    boxes: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]
    classes: npt.NDArray[np.intp]
    class_scores: npt.NDArray[np.float32]


def detections(scores: npt.NDArray[np.float32], boxes: npt.NDArray[np.float32]) -> Detections:
    """Of each thing the best candidate: non-maximum suppression within each class.

    scores: (P, classes), 0 to 1; boxes: (P, 4), parts of 1, which may reach beyond the photo.
    """
    cells, classes = np.nonzero(scores >= MIN_SCORE)
    order = np.argsort(-scores[cells, classes], kind="stable")[:_MAX_CANDIDATES]
    cells, classes = cells[order], classes[order]
    found = Detections(
        np.clip(boxes[cells], 0.0, 1.0), scores[cells, classes], classes, scores[cells]
    )
    kept = _best(found)[:MAX_DETECTIONS]
    return Detections(
        found.boxes[kept], found.scores[kept], found.classes[kept], found.class_scores[kept]
    )


def _best(found: Detections) -> list[int]:
    """Places of those that no better one of the same class covers."""
    covers = (_overlaps(found.boxes) > MAX_OVERLAP) & (
        found.classes[:, None] == found.classes[None, :]
    )
    widths, heights = (found.boxes[:, 2:] - found.boxes[:, :2]).T
    is_left = (widths > 0) & (heights > 0)
    kept = []
    for place in range(len(found.scores)):
        if is_left[place]:
            kept.append(place)
            is_left &= ~covers[place]
    return kept


def _overlaps(boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Intersection over union of each with each: (N, N)."""
    corners = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    sides = corners - np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    shared = np.clip(sides, 0.0, None).prod(axis=-1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=-1)
    together: npt.NDArray[np.float32] = areas[:, None] + areas[None, :] - shared
    result: npt.NDArray[np.float32] = shared / np.maximum(together, 1e-12)
    return result
