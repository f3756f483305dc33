"""What the network sees of the photos of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recognition.cnn.pixels.preprocessing import Preprocessing, centre_pixels, subject_pixels
from recognition.cnn.training.data.dataset import Data
from recognition.cnn.training.job import Example
from recognition.cnn.training.parameters import TrainingParameters

PREPROCESSING = Preprocessing(32, 24, "bicubic", 127.0, 128.0)
BOX = (0.5, 0.25, 0.75, 1.0)
OFF = replace(TrainingParameters(), flip=0.0, crop=0.0, colour=0.0)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Smooth, because training looks at a picture that was made smaller before."""
    coarse = np.random.default_rng(0).integers(0, 256, (5, 8, 3)).astype(np.uint8)
    path = tmp_path / "photo.png"
    Image.fromarray(coarse).resize((320, 200), Image.Resampling.BICUBIC).save(path)
    return path


def data(photo: Path) -> Data:
    """The whole photo, and a subject in it."""
    examples = [Example(photo, 0, "train"), Example(photo, 1, "train", BOX)]
    return Data(examples, PREPROCESSING, lambda _share: None)


def test_of_a_subject_the_network_sees_what_it_will_see_when_it_serves(photo: Path) -> None:
    image = Image.open(photo).convert("RGB")
    whole, subject = (data(photo).centre(row).astype(int) for row in (0, 1))
    assert np.abs(whole - centre_pixels(image, PREPROCESSING)).mean() < 3
    assert np.abs(subject - subject_pixels(image, BOX, PREPROCESSING)).mean() < 3


def test_without_chance_training_sees_the_same(photo: Path) -> None:
    read = data(photo)
    for row in (0, 1):
        assert (read.augmented(row, OFF, 1) == read.centre(row)).all()


def test_a_part_of_a_subject_stays_within_it(photo: Path) -> None:
    strong = replace(OFF, crop=1.0)
    for epoch in range(5):
        assert data(photo).augmented(1, strong, epoch).shape == (24, 24, 3)
