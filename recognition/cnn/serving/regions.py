"""Which parts of a photo a version looks at: what people drew, and what the finder found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recognition.cnn.finder.coco import COCO_CLASSES
from recognition.cnn.finder.detections import Detections
from recognition.cnn.pixels.boxes import Box
from recognition.cnn.serving.answers import Look
from recognition.cnn.serving.fusion import IS_SUBJECT

LEAST_SCORE = 0.22
LEAST_AREA = 0.006  # of the photo
MAX_FOUND = 8
_SAME = 0.7  # boxes that overlap so much are one thing, whatever it is called
_SAME_AS_DRAWN = 0.5
_PART = 0.8  # so much of a box inside another of the same name is a part of it


class Region(NamedTuple):
    """found, score: as in FoundSubject. class_scores: (80,), the finder's; None if it has found
    nothing where people drew the box."""

    box: Box
    found: str
    score: float | None
    class_scores: npt.NDArray[np.float32] | None


def regions(look: Look, detections: Detections | None) -> list[Region]:
    """What people drew, the main subject first, then what was found besides, best first."""
    found = list(_found(detections)) if detections is not None else []
    boxes = [look.main] if look.main else []
    drawn = [_drawn(box, found) for box in (*boxes, *look.others)]
    kept: list[Region] = []
    for region in found:
        is_drawn = any(region.box.overlap(other.box) >= _SAME_AS_DRAWN for other in drawn)
        if not is_drawn and not any(_is_known(region, other) for other in kept):
            kept.append(region)
    return drawn + kept[:MAX_FOUND]


def _is_known(region: Region, better: Region) -> bool:
    is_part = region.found == better.found and region.box.share_inside(better.box) >= _PART
    return is_part or region.box.overlap(better.box) >= _SAME


def _found(detections: Detections) -> Iterator[Region]:
    """Vehicles and animals, and what could be one, best first."""
    subject_scores = detections.class_scores * IS_SUBJECT
    best = subject_scores.max(axis=1, initial=0.0)
    for place in np.argsort(-best, kind="stable"):
        box = Box(*map(float, detections.boxes[place]))
        if best[place] >= LEAST_SCORE and box.area >= LEAST_AREA:
            name = COCO_CLASSES[int(subject_scores[place].argmax())]
            yield Region(box, name, float(best[place]), detections.class_scores[place])


def _drawn(box: Box, found: Sequence[Region]) -> Region:
    """A box that people drew, with what the finder says of the same thing."""
    same = max(found, key=lambda region: region.box.overlap(box), default=None)
    is_same = same is not None and same.box.overlap(box) >= _SAME_AS_DRAWN
    return Region(box, "", None, same.class_scores if same and is_same else None)
