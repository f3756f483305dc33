"""What each cell of the finder proposed, level by level, and which boxes survived. Torch-free."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from recognition.cnn.finder.detections import (
    MAX_OVERLAP,
    MIN_SCORE,
    Suppression,
    suppression,
)
from recognition.cnn.finder.engine import FinderEngine
from recognition.cnn.serving.closer_look import finder_square
from recognition.cnn.walk.tiles import sprite

_SHOWN = 40  # proposals; a photo full of things has thousands

Floats = npt.NDArray[np.float32]


def proposals_of(
    finder: FinderEngine, image: Image.Image
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """For json.dumps, and WebP files by their names in it. image: the whole photo, RGB, upright.

    A finder without cells has no levels.
    """
    pixels = finder_square(image, finder.side)
    scores, boxes = (part[0] for part in finder.candidates(pixels[None]))
    judged = suppression(scores, boxes)
    starts = np.cumsum([0, *((finder.side // stride) ** 2 for stride in finder.strides)])
    levels, pictures = [], {}
    for number, stride in enumerate(finder.strides):
        of_level = scores[starts[number] : starts[number + 1]]
        cells = finder.side // stride
        name = f"finder-{number}"
        drawn = sprite(of_level.max(axis=1).reshape(1, cells, cells))
        pictures[name] = drawn.content
        levels.append(
            {
                "stride": stride,
                "cells": cells,
                "proposed": int((of_level >= MIN_SCORE).any(axis=1).sum()),
                "best": drawn.to_fields(name),
            }
        )
    fields = {
        "side": finder.side,
        "levels": levels,
        "considered": len(judged.cells),
        "kept": len(judged.kept),
        "proposals": _proposals(judged, finder, starts),
        "least_score": MIN_SCORE,
        "most_overlap": MAX_OVERLAP,
    }
    return fields, pictures


def _proposals(
    judged: Suppression, finder: FinderEngine, starts: npt.NDArray[np.intp]
) -> list[dict[str, Any]]:
    """The best ones. covered_by: the place, among these, of the one that was kept instead."""
    shown = []
    for place in range(min(_SHOWN, len(judged.cells))):
        covered_by = int(judged.covered_by[place])
        shown.append(
            {
                **_where(int(judged.cells[place]), starts, finder),
                "class": finder.classes[judged.classes[place]],
                "score": round(float(judged.scores[place]), 4),
                "box": [round(float(each), 4) for each in judged.boxes[place]],
                "kept": covered_by == place,
                "covered_by": None if covered_by in (place, -1) else covered_by,
            }
        )
    return shown


def _where(cell: int, starts: npt.NDArray[np.intp], finder: FinderEngine) -> dict[str, Any]:
    """The level, and column and row within it."""
    if not finder.strides:
        return {"level": None, "cell": None}
    level = int(np.searchsorted(starts, cell, "right")) - 1
    row, column = divmod(cell - int(starts[level]), finder.side // finder.strides[level])
    return {"level": level, "cell": [column, row]}
