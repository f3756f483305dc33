from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from recognition.cnn.finder.catalogue import FINDERS
from recognition.cnn.finder.coco import COCO_CLASSES
from recognition.cnn.finder.detections import MAX_OVERLAP
from recognition.cnn.finder.engine import FinderEngine
from recognition.cnn.finder.manifest import FinderManifest
from recognition.cnn.finder.nanodet import STRIDES
from recognition.cnn.pixels.boxes import Box
from recognition.cnn.walk.proposals import proposals_of

CAT, DOG = COCO_CLASSES.index("cat"), COCO_CLASSES.index("dog")
# Row and column of a cell, by the level.
PROPOSED = [
    (2, (6, 6), CAT, 0.9, (96, 96, 320, 320)),
    (2, (6, 7), CAT, 0.6, (100, 100, 320, 320)),
    (1, (3, 20), DOG, 0.5, (300, 10, 400, 90)),
    (0, (51, 0), DOG, 0.2, (0, 400, 16, 416)),
]


class MadeUp:
    """A finder's network that proposes what stands above."""

    name = "made up"

    def __call__(
        self, pixels: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        cells = [416 // stride for stride in STRIDES]
        starts = np.cumsum([0, *(side * side for side in cells)])
        scores = np.zeros((1, starts[-1], len(COCO_CLASSES)), np.float32)
        boxes = np.zeros((1, starts[-1], 4), np.float32)
        for level, (row, column), number, score, box in PROPOSED:
            place = starts[level] + row * cells[level] + column
            scores[0, place, number] = score
            boxes[0, place] = box
        return scores, boxes


@pytest.fixture
def finder() -> FinderEngine:
    return FinderEngine(FinderManifest("nanodet_g", 416), MadeUp())


def test_each_proposal_says_its_level_and_cell(finder: FinderEngine) -> None:
    fields, pictures = proposals_of(finder, Image.new("RGB", (640, 480)))
    assert [(each["level"], each["cell"]) for each in fields["proposals"]] == [
        (level, [column, row]) for level, (row, column), *_ in PROPOSED
    ]
    assert Counter(each["class"] for each in fields["proposals"]) == {"cat": 2, "dog": 2}
    assert [level["proposed"] for level in fields["levels"]] == [1, 1, 2]
    assert {level["best"]["name"] for level in fields["levels"]} == set(pictures)


def test_what_a_better_box_of_its_class_covers_names_it(finder: FinderEngine) -> None:
    fields, _ = proposals_of(finder, Image.new("RGB", (640, 480)))
    best, second, *others = fields["proposals"]
    assert best["kept"]
    assert (second["kept"], second["covered_by"]) == (False, 0)
    assert Box(*best["box"]).overlap(Box(*second["box"])) > MAX_OVERLAP
    assert all(each["kept"] for each in others)


def test_what_is_kept_is_what_the_finder_finds(finder: FinderEngine) -> None:
    fields, _ = proposals_of(finder, Image.new("RGB", (640, 480)))
    (found,) = finder.find(np.zeros((1, 416, 416, 3), np.uint8))
    kept = [each["score"] for each in fields["proposals"] if each["kept"]]
    assert kept == pytest.approx(found.scores.tolist(), abs=1e-4)
    assert fields["kept"] == len(kept)


def test_the_catalogue_knows_the_levels() -> None:
    assert FINDERS["nanodet_g"].strides == STRIDES
