"""Cropped copies overlap with their original; other photos do not."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image

from recognition.cnn.pixels.overlap import overlap


@pytest.fixture(scope="module")
def greys(photos: list[Path]) -> list[Image.Image]:
    return [Image.open(path).convert("L").resize((224, 224)) for path in photos]


@pytest.mark.parametrize("box", [(0, 0, 213, 213), (11, 11, 224, 224), (6, 6, 218, 218)])
def test_a_cropped_copy_overlaps_wherever_it_was_cropped(
    greys: list[Image.Image], box: tuple[int, int, int, int]
) -> None:
    for grey in greys:
        assert overlap(grey, grey.crop(box)) > 0.93
        assert overlap(grey.crop(box), grey) > 0.93


def test_a_smaller_copy_overlaps(greys: list[Image.Image]) -> None:
    assert min(overlap(grey, grey.resize((80, 90))) for grey in greys) > 0.95


def test_different_photos_do_not_overlap(greys: list[Image.Image]) -> None:
    assert max(overlap(one, other) for one, other in combinations(greys, 2)) < 0.9


def test_plain_pictures_do_not_overlap() -> None:
    white, black = (Image.new("L", (50, 50), grey) for grey in (255, 0))
    assert overlap(white, black) == overlap(white, white) == 0
