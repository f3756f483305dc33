"""A box that is stored is one that can be drawn."""

from __future__ import annotations

import math

import pytest

from recognition.labels import boxes
from recognition.labels.boxes import InvalidBox


def test_a_box_is_stored_as_it_was_drawn() -> None:
    assert boxes.checked((0.1, 0.25, 0.5, 1)) == [0.1, 0.25, 0.5, 1.0]
    assert boxes.checked(boxes.WHOLE) == boxes.WHOLE


def test_what_arithmetic_adds_at_an_edge_is_forgiven() -> None:
    assert boxes.checked([-1e-9, 0, 1.0000000002, 0.5]) == [0.0, 0.0, 1.0, 0.5]


@pytest.mark.parametrize(
    "box",
    [
        None,
        "0.1,0.2,0.3,0.4",
        {"left": 0},
        [0.1, 0.2, 0.3],
        [0.1, 0.2, 0.3, "0.4"],
        [0.1, 0.2, 0.3, True],
        [0.1, 0.2, 0.3, math.nan],
        [0.1, 0.2, 0.3, math.inf],
        [0.1, 0.2, 0.3, 10**400],
        [-0.1, 0.2, 0.3, 0.4],
        [0.1, 0.2, 1.1, 0.4],
        [0.3, 0.2, 0.1, 0.4],
        [0.1, 0.4, 0.3, 0.2],
        [0.1, 0.2, 0.105, 0.4],
        [0.1, 0.2, 0.1, 0.4],
    ],
)
def test_what_is_no_box(box: object) -> None:
    with pytest.raises(InvalidBox, match=r"\w"):
        boxes.checked(box)


def test_boxes_that_nobody_can_tell_apart_are_the_same() -> None:
    assert boxes.same([0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 0.40001])
    assert not boxes.same([0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 0.41])
