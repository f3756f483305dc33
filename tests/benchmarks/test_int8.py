"""How often two engines are taken to say the same."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.cnn import int8

SIDE = 100.0


def labels(*rows: list[float]) -> int8.Answers:
    return [np.array(rows, np.float32)]


def subjects(*boxes: list[float], score: float = 0.9) -> int8.Answers:
    """Of one photo: a candidate for each box, all of the first of two classes."""
    scores = np.array([[[score, 0.0] for _ in boxes]], np.float32)
    return [scores, np.array([boxes], np.float32)]


def test_labels_are_the_same_where_the_likeliest_is() -> None:
    before = labels([0.9, 0.1], [0.6, 0.4])
    assert int8.same_label(before, labels([0.8, 0.2], [0.4, 0.6]), SIDE) == 0.5


@pytest.mark.parametrize(
    ("after", "share"),
    [
        (subjects([10, 10, 52, 50]), 1.0),  # moved a little
        (subjects([60, 60, 90, 90]), 0.0),  # elsewhere
        (subjects([10, 10, 50, 50], [60, 60, 90, 90]), 0.0),  # one more
        (subjects([10, 10, 50, 50], score=0.1), 0.0),  # hardly likely any more
    ],
)
def test_a_finder_says_the_same_if_it_finds_the_same_things(
    after: int8.Answers, share: float
) -> None:
    assert int8.same_subjects(subjects([10, 10, 50, 50]), after, SIDE) == share
