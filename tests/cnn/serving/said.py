"""What small experts say, without any network."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from recognition.cnn.finder.coco import COCO_CLASSES
from recognition.cnn.finder.detections import Detections
from recognition.cnn.pixels.boxes import Box
from recognition.cnn.taxonomy import Label

KNOWN = (
    Label("dog", "animal", "Dog", "狗", None, (0,)),
    Label("horse", "animal", "Horse", "马", None, (1,)),
    Label("tiger", "animal", "Tiger", "老虎", None, (2,)),
    Label("car", "vehicle", "Car", "汽车", None, (3,)),
    Label("sedan", "vehicle", "Sedan", "轿车", "car", (4,)),
    Label("neither", "neither", "Neither", "都不是", None, (5,)),
    Label("rose", "other", "Rose", "玫瑰", None, (6,)),
)


def shares(**of_labels: float) -> npt.NDArray[np.float64]:
    """Probabilities of the known labels; what is not given is shared by all."""
    left = (1 - sum(of_labels.values())) / len(KNOWN)
    return np.array([of_labels.get(label.slug, 0.0) + left for label in KNOWN])


def class_scores(**of_classes: float) -> npt.NDArray[np.float32]:
    """The finder's, for one place; an underscore stands for a space."""
    scores = np.full(len(COCO_CLASSES), 0.01, np.float32)
    for name, score in of_classes.items():
        scores[COCO_CLASSES.index(name.replace("_", " "))] = score
    return scores


def detections(*found: tuple[Box, dict[str, float]]) -> Detections:
    scores = np.array([class_scores(**each) for _box, each in found]).reshape(-1, 80)
    boxes = np.array([box for box, _each in found], np.float32).reshape(-1, 4)
    return Detections(boxes, scores.max(1, initial=0), scores.argmax(1), scores)
