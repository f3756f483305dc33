"""The photos of a run: which part each plays, and what the network sees of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from recognition.cnn.pixels.preprocessing import Preprocessing, centre_pixels
from recognition.cnn.pixels.unreadable import DEFAULT_MAX_PIXELS
from recognition.cnn.training.data.augmentation import augment
from recognition.cnn.training.data.pictures import Pictures
from recognition.cnn.training.events import emit
from recognition.cnn.training.job import CannotTrain, Example
from recognition.cnn.training.parameters import TrainingParameters

_HOLD_OUT_FROM = 20  # labelled photos; with fewer, each is needed to learn from
_HOLD_OUT_ONE_OF = 10

Pixels = npt.NDArray[np.uint8]


class Data:
    """Rows are indices of `examples`.

    train: labelled photos to learn from; anchors: those that nobody labelled; validation: by
    which epochs are judged; test: by which the result is measured.
    validation_is_apart: nothing is learnt from the photos by which epochs are judged.
    truths: int64 (examples,), indices of labels, -1 where there is none.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        preprocessing: Preprocessing,
        on_progress: Callable[[float], None],
        max_pixels: int = DEFAULT_MAX_PIXELS,
    ) -> None:
        """Decodes all photos of at most max_pixels. Raises CannotTrain with the code no_photos."""
        self.preprocessing = preprocessing
        side = preprocessing.resize + preprocessing.resize // 8
        paths = [example.path for example in examples]
        self._boxes = [example.box for example in examples]
        self._pictures = Pictures(paths, side, max_pixels, self._boxes)
        self.pool = self._pictures.pool
        labels = [-1 if example.label is None else example.label for example in examples]
        self.truths = torch.tensor(labels, dtype=torch.int64)
        unreadable = set(self._pictures.read(on_progress))
        if unreadable:
            emit("note", code="unreadable_photo", photos=len(unreadable))
        parts: dict[tuple[str, bool], list[int]] = {}
        for row, example in enumerate(examples):
            if row not in unreadable:
                parts.setdefault((example.split, example.label is not None), []).append(row)
        self.train = parts.get(("train", True), [])
        self.anchors = parts.get(("train", False), [])
        self.validation = parts.get(("validation", True), [])
        self.test = parts.get(("test", True), [])
        self.validation_is_apart = True
        if not self.train:
            raise CannotTrain("no_photos", "no labelled photo to learn from")
        if not self.validation:
            self._find_validation()

    def _find_validation(self) -> None:
        """Take every tenth photo of each label, or judge by what it learns from."""
        if len(self.train) < _HOLD_OUT_FROM:
            self.validation, self.validation_is_apart = self.train, False
            emit("note", code="validation_is_training", photos=len(self.train))
            return
        by_label = sorted(self.train, key=lambda row: (int(self.truths[row]), row))
        self.validation = by_label[::_HOLD_OUT_ONE_OF]
        self.train = sorted(set(self.train) - set(self.validation))
        emit("note", code="validation_held_out", photos=len(self.validation))

    def centre(self, row: int) -> Pixels:
        """What the network sees when it serves, uint8 (crop, crop, 3)."""
        return centre_pixels(Image.fromarray(self._pictures[row]), self._preprocessing_of(row))

    def augmented(self, row: int, parameters: TrainingParameters, epoch: int) -> Pixels:
        """What it sees in an epoch of training, the same whenever it is asked for."""
        random = np.random.default_rng([parameters.seed, epoch, row])
        return augment(self._pictures[row], self._preprocessing_of(row), parameters, random)

    def _preprocessing_of(self, row: int) -> Preprocessing:
        """Of a subject nothing more is cut off."""
        if self._boxes[row] is None:
            return self.preprocessing
        return replace(self.preprocessing, resize=self.preprocessing.crop)
