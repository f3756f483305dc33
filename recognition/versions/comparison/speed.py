"""How many images a second a version answers. Loads an engine: for workers only."""

from __future__ import annotations

import time

import numpy as np
from django.conf import settings

from recognition.cnn.serving.classifier import BATCH_SIZE
from recognition.cnn.serving.engine import load_engine
from recognition.models import ModelVersion

_LASTS_S = 1.5


def images_a_second(version: ModelVersion) -> float:
    """Of the network alone, by the engine that would serve it; decoding photos comes on top.

    Raises CorruptCheckpoint or BrokenEngine.
    """
    manifest, engine = load_engine(version.folder, settings.ARK_ENGINE, settings.ARK_DEVICE)
    side = manifest.preprocessing.crop
    pixels = np.zeros((BATCH_SIZE, side, side, 3), np.uint8)
    engine(pixels)  # the first of a new size takes longer
    batches, started = 0, time.perf_counter()
    while (elapsed_s := time.perf_counter() - started) < _LASTS_S:
        engine(pixels)
        batches += 1
    return batches * BATCH_SIZE / elapsed_s
