from __future__ import annotations

import io

import numpy as np
from PIL import Image

from recognition.cnn.walk.tiles import coloured, sprite


def test_zero_is_dark_more_is_warm_and_less_is_blue() -> None:
    (picture,) = coloured(np.array([[[0.0, 4.0, -4.0, 1.0, -1.0]]], np.float32))
    nothing, most, least, little, little_below = picture[0].astype(int)
    assert nothing.max() < 40
    assert most.sum() > little.sum() > nothing.sum()
    assert little[0] > little[2]
    assert little_below[2] > little_below[0]
    assert least.sum() > little_below.sum()


def test_a_map_without_anything_is_dark() -> None:
    assert coloured(np.zeros((1, 2, 2), np.float32)).max() < 40


def test_tiles_stand_row_by_row() -> None:
    maps = np.zeros((5, 8, 8), np.float32)
    maps[4] = 1
    made = sprite(maps)
    picture = np.asarray(Image.open(io.BytesIO(made.content)))
    assert (made.width, made.height, made.columns) == (8, 8, 4)
    assert picture.shape == (16, 32, 3)
    assert picture[8:, :8].min() > 150
    assert picture[:8].max() < 40


def test_large_maps_are_made_smaller_in_their_proportion() -> None:
    made = sprite(np.ones((1, 224, 112), np.float32))
    assert (made.width, made.height) == (48, 96)
