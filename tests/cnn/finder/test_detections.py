from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from recognition.cnn.finder.coco import COCO_CLASSES, COCO_NUMBERS
from recognition.cnn.finder.detections import (
    MAX_DETECTIONS,
    MIN_SCORE,
    Detections,
    detections,
)

CAT, DOG = COCO_CLASSES.index("cat"), COCO_CLASSES.index("dog")
LEFT, NEARLY_LEFT, RIGHT = (0.0, 0.0, 0.5, 1.0), (0.0, 0.0, 0.5, 0.9), (0.5, 0.0, 1.0, 1.0)


def found(*candidates: tuple[int, float, tuple[float, ...]]) -> Detections:
    scores = np.zeros((len(candidates), 80), np.float32)
    for row, (number, score, _) in enumerate(candidates):
        scores[row, number] = score
    boxes = np.array([box for *_, box in candidates], np.float32).reshape(-1, 4)
    return detections(scores, boxes)


def test_the_best_of_overlapping_boxes_is_kept_and_the_best_stands_first() -> None:
    kept = found((DOG, 0.5, NEARLY_LEFT), (DOG, 0.6, RIGHT), (DOG, 0.7, LEFT))
    np.testing.assert_allclose(kept.boxes, [LEFT, RIGHT])
    np.testing.assert_allclose(kept.scores, [0.7, 0.6])
    assert kept.classes.tolist() == [DOG, DOG]


def test_classes_do_not_suppress_each_other() -> None:
    kept = found((DOG, 0.5, LEFT), (CAT, 0.6, LEFT))
    assert kept.classes.tolist() == [CAT, DOG]


def test_what_was_suppressed_suppresses_nothing() -> None:
    steps = [(0.0, 0.0, 1.0, 0.5), (0.0, 0.1, 1.0, 0.6), (0.0, 0.2, 1.0, 0.7)]
    kept = found(*((DOG, 0.9 - 0.1 * place, box) for place, box in enumerate(steps)))
    np.testing.assert_allclose(kept.boxes, [steps[0], steps[2]])


def test_unsure_candidates_and_empty_boxes_are_no_detections() -> None:
    kept = found((DOG, MIN_SCORE - 0.01, LEFT), (CAT, 0.9, (1.1, 0.0, 1.4, 1.0)))
    assert [len(part) for part in kept] == [0, 0, 0, 0]


def test_nothing_is_found_in_nothing() -> None:
    kept = found()
    assert kept.boxes.shape == (0, 4)


def test_boxes_end_where_the_photo_ends() -> None:
    kept = found((DOG, 0.9, (-0.2, 0.1, 1.3, 0.8)))
    np.testing.assert_allclose(kept.boxes, [(0.0, 0.1, 1.0, 0.8)])


def test_only_so_many_are_kept() -> None:
    places = np.linspace(0, 1, 2 * MAX_DETECTIONS + 1)
    row = [(DOG, 0.5, (left, 0.0, right, 1.0)) for left, right in pairwise(places)]
    assert len(found(*row).scores) == MAX_DETECTIONS


@pytest.mark.parametrize(
    ("name", "place", "number"),
    [("person", 0, 1), ("dog", 16, 18), ("toothbrush", 79, 90)],
)
def test_cocos_classes_have_their_places_and_numbers(name: str, place: int, number: int) -> None:
    assert len(COCO_CLASSES) == len(COCO_NUMBERS) == 80
    assert COCO_CLASSES[place] == name
    assert COCO_NUMBERS[place] == number
