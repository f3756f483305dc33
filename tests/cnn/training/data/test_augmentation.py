"""Random parts of pictures, in random light."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from recognition.cnn.pixels.preprocessing import Preprocessing, centre_pixels
from recognition.cnn.training.data.augmentation import augment
from recognition.cnn.training.parameters import TrainingParameters

PREPROCESSING = Preprocessing(32, 24, "bicubic", 127.0, 128.0)
PICTURE = np.random.default_rng(0).integers(0, 256, (36, 60, 3)).astype(np.uint8)
OFF = replace(TrainingParameters(), flip=0.0, crop=0.0, colour=0.0)


def augmented(parameters: TrainingParameters, seed: int = 0) -> np.ndarray:
    return augment(PICTURE, PREPROCESSING, parameters, np.random.default_rng(seed))


def test_switched_off_the_network_sees_what_it_will_see() -> None:
    expected = centre_pixels(Image.fromarray(PICTURE), PREPROCESSING)
    assert (augmented(OFF) == expected).all()


def test_a_mirrored_picture() -> None:
    expected = centre_pixels(Image.fromarray(PICTURE), PREPROCESSING)[:, ::-1]
    assert (augmented(replace(OFF, flip=1.0)) == expected).all()


def test_the_same_random_state_gives_the_same_picture() -> None:
    parameters = TrainingParameters()
    assert (augmented(parameters, 1) == augmented(parameters, 1)).all()
    assert (augmented(parameters, 1) != augmented(parameters, 2)).any()


def test_however_strong_it_stays_a_picture() -> None:
    strong = replace(OFF, crop=1.0, colour=1.0)
    for seed in range(20):
        pixels = augmented(strong, seed)
        assert pixels.shape == (24, 24, 3)
        assert pixels.dtype == np.uint8
