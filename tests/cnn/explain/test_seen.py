from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from recognition.cnn.explain.seen import seen_of
from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.preprocessing import Preprocessing, load_pixels
from recognition.cnn.pixels.unreadable import DEFAULT_MAX_PIXELS

SEEN = Preprocessing(64, 48, "bilinear", 0.0, 1.0)
SIZE = (300, 200)


def photo(folder: Path) -> Path:
    path = folder / "photo.png"
    dots = np.random.default_rng(0).integers(0, 256, (5, 6, 3), np.uint8)
    Image.fromarray(dots).resize(SIZE).save(path)
    return path


def test_the_whole_photo_is_seen_as_its_centre_square(tmp_path: Path) -> None:
    path = photo(tmp_path)
    (whole,) = seen_of(path, SIZE, SEEN, (), DEFAULT_MAX_PIXELS)
    assert (whole.pixels == load_pixels(path, SEEN, DEFAULT_MAX_PIXELS)).all()
    assert whole.place == Box(0.25, 0.125, 0.75, 0.875)


def test_a_subject_is_seen_with_its_margin_squeezed_into_a_square(tmp_path: Path) -> None:
    path = photo(tmp_path)
    box = Box(0.5, 0.25, 0.9, 0.75)
    _whole, subject = seen_of(path, SIZE, SEEN, [box], DEFAULT_MAX_PIXELS)
    np.testing.assert_allclose(subject.place, (0.48, 0.225, 0.92, 0.775))
    with Image.open(path) as image:
        part = (0.48 * 300, 0.225 * 200, 0.92 * 300, 0.775 * 200)
        expected = image.resize((48, 48), Image.Resampling.BILINEAR, box=part)
    assert np.abs(subject.pixels.astype(int) - np.asarray(expected)).max() <= 1
