"""What versions say of photos, without any network."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import numpy as np

from recognition.cnn.taxonomy import Label
from recognition.versions.comparison.answers import Answers

SLUGS = ["dog", "car", "taxi", "cat", "neither"]
LABELS = tuple(Label(slug, "", slug, slug, None, ()) for slug in SLUGS)


def say(said: Mapping[UUID, str], confidence: float = 0.9) -> Answers:
    """These labels for these photos, each with this confidence."""
    probabilities = np.full((len(said), len(SLUGS)), (1 - confidence) / (len(SLUGS) - 1))
    for row, slug in enumerate(said.values()):
        probabilities[row, SLUGS.index(slug)] = confidence
    return Answers(list(said), np.log(probabilities).astype(np.float32), LABELS)
