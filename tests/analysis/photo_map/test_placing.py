"""Where photos stand on the map: those that are alike together, and each time in the same place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from recognition.analysis.photo_map.placing import FEW, LARGEST, place


def two_kinds(count: int) -> npt.NDArray[np.float32]:
    """So many rows that are like one row, then as many that are like another."""
    draw = np.random.default_rng(0)
    centres = draw.standard_normal((2, 64)).repeat(count, axis=0)
    return (centres + 0.2 * draw.standard_normal(centres.shape)).astype(np.float32)


def distances(places: npt.NDArray[np.uint16], count: int) -> tuple[float, float]:
    """The largest within a kind, and the smallest between the two."""
    at = places.astype(float)
    between = np.linalg.norm(at[:, None] - at[None], axis=2)
    kinds = between[:count, :count].max(), between[count:, count:].max()
    return max(kinds), between[:count, count:].min()


def test_what_is_alike_stands_together() -> None:
    within, between = distances(place(two_kinds(10)), 10)
    assert within < between


def test_of_many_too() -> None:
    """By UMAP, which takes seconds to compile itself."""
    rows = two_kinds(FEW)
    within, between = distances(place(rows), FEW)
    assert within < between


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_photos_have_places_too(count: int) -> None:
    rows = np.eye(3, 8, dtype=np.float16)[:count]
    assert place(rows).shape == (count, 2)


def test_the_length_of_a_row_means_nothing() -> None:
    rows = two_kinds(5)
    longer = rows * np.arange(1, 11, dtype=np.float32)[:, None]
    off = np.abs(place(rows).astype(int) - place(longer).astype(int)).max()
    assert off <= 2  # rounding


def test_places_fill_the_square_and_keep_their_proportions() -> None:
    places = place(two_kinds(10))
    spans = np.ptp(places.astype(int), axis=0)
    assert spans.max() == LARGEST
    assert spans.min() < LARGEST


def test_photos_that_are_all_the_same_stand_in_one_place() -> None:
    assert len(np.unique(place(np.ones((4, 8), np.float32)), axis=0)) == 1
