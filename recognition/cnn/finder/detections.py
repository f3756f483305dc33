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


class Suppression(NamedTuple):
    """Candidates that are likely enough, best first, and what became of each.

    cells: (N,), the row of each among all candidates; classes, scores, boxes: as in `Detections`.
    covered_by: (N,), the place of the better one of the same class that covers it; its own if none
        does, and -1 if it is left out for another reason: nothing of it is in the photo, or there
        are too many.
    """

    cells: npt.NDArray[np.intp]
    classes: npt.NDArray[np.intp]
    scores: npt.NDArray[np.float32]
    boxes: npt.NDArray[np.float32]
    covered_by: npt.NDArray[np.intp]

    @property
    def kept(self) -> npt.NDArray[np.intp]:
        """Places, best first."""
        return np.flatnonzero(self.covered_by == np.arange(len(self.covered_by)))


def detections(scores: npt.NDArray[np.float32], boxes: npt.NDArray[np.float32]) -> Detections:
    """Of each thing the best candidate: non-maximum suppression within each class.

    scores: (P, classes), 0 to 1; boxes: (P, 4), parts of 1, which may reach beyond the photo.
    """
    found = suppression(scores, boxes)
    kept = found.kept
    return Detections(
        found.boxes[kept], found.scores[kept], found.classes[kept], scores[found.cells[kept]]
    )


def suppression(scores: npt.NDArray[np.float32], boxes: npt.NDArray[np.float32]) -> Suppression:
    """How `detections` comes about."""
    cells, classes = np.nonzero(scores >= MIN_SCORE)
    order = np.argsort(-scores[cells, classes], kind="stable")[:_MAX_CANDIDATES]
    cells, classes = cells[order], classes[order]
    clipped = np.clip(boxes[cells], 0.0, 1.0)
    return Suppression(
        cells, classes, scores[cells, classes], clipped, _covered_by(clipped, classes)
    )


def _covered_by(
    boxes: npt.NDArray[np.float32], classes: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """For each, best first, the place of the better one of its class that covers it."""
    covers = (_overlaps(boxes) > MAX_OVERLAP) & (classes[:, None] == classes[None, :])
    widths, heights = (boxes[:, 2:] - boxes[:, :2]).T
    is_left = (widths > 0) & (heights > 0)
    by = np.full(len(boxes), -1, np.intp)
    kept = 0
    for place in range(len(boxes)):
        if is_left[place] and kept < MAX_DETECTIONS:
            kept += 1
            covered = is_left & covers[place]
            by[covered] = by[place] = place
            is_left &= ~covered
    return by


def _overlaps(boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Intersection over union of each with each: (N, N)."""
    corners = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    sides = corners - np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    shared = np.clip(sides, 0.0, None).prod(axis=-1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=-1)
    together: npt.NDArray[np.float32] = areas[:, None] + areas[None, :] - shared
    result: npt.NDArray[np.float32] = shared / np.maximum(together, 1e-12)
    return result
