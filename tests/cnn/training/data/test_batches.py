"""Which photos are seen when."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import numpy as np

from recognition.cnn.training.data.batches import epoch_batches, loaded, micro_batches

LABELLED, ANCHORS = list(range(10)), list(range(100, 150))


def test_every_epoch_shows_each_labelled_photo_once() -> None:
    seen = list(chain(*epoch_batches(LABELLED, ANCHORS, 8, seed=0, epoch=3)))
    assert sorted(row for row in seen if row < 100) == LABELLED


def test_anchors_are_at_most_as_many() -> None:
    seen = list(chain(*epoch_batches(LABELLED, ANCHORS, 8, seed=0, epoch=3)))
    assert len(set(seen)) == len(seen) == 20


def test_the_same_epoch_is_the_same_again_and_others_are_not() -> None:
    first = epoch_batches(LABELLED, ANCHORS, 8, seed=0, epoch=3)
    assert epoch_batches(LABELLED, ANCHORS, 8, seed=0, epoch=3) == first
    assert epoch_batches(LABELLED, ANCHORS, 8, seed=0, epoch=4) != first
    assert epoch_batches(LABELLED, ANCHORS, 8, seed=1, epoch=3) != first


def test_micro_batches_are_of_about_equal_size_and_not_too_large() -> None:
    assert micro_batches(range(10), 4) == [[0, 1, 2, 3], [4, 5, 6], [7, 8, 9]]


def test_a_lone_photo_comes_twice() -> None:
    with ThreadPoolExecutor(1) as pool:
        parts = list(loaded([[1, 2], [3]], lambda row: np.full((1, 1, 3), row, np.uint8), pool))
    assert [rows for rows, _ in parts] == [[1, 2], [3, 3]]
    assert [pixels.shape for _, pixels in parts] == [(2, 1, 1, 3), (2, 1, 1, 3)]
