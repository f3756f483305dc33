"""What a version is asked of a photo, and what it answers. Torch-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from recognition.cnn.pixels.boxes import Box
from recognition.cnn.serving.label_groups import LabelGroups
from recognition.cnn.taxonomy import Label

_TOP = 5


class Look(NamedTuple):
    """A photo, and what is known of it before a version looks.

    closer: look for subjects even if the first look is sure.
    main: the main subject, as people said; WHOLE is the whole picture.
    others: further boxes that people drew; each comes back as a subject with this very box.
    """

    source: Path | bytes
    closer: bool = False
    main: Box | None = None
    others: tuple[Box, ...] = ()


@dataclass(frozen=True, eq=False)
class _Said:
    """labels: all that a version can say, and what the finder can say beyond that.
    probabilities: (labels,), 0 to 1, their sum is 1.
    fine_logits: (classes,).
    embedding: float16 (embedding_size,), the input of the classifier.
    """

    labels: Sequence[Label]
    probabilities: npt.NDArray[np.floating]
    fine_logits: npt.NDArray[np.floating]
    embedding: npt.NDArray[np.float16]

    def grouped(self, groups: LabelGroups) -> Self:
        """The same in other labels; `groups` was made for those of this one."""
        if groups.is_identity:
            return self
        probabilities = groups.probabilities(self.probabilities)
        return replace(self, labels=groups.labels, probabilities=probabilities)

    @property
    def label(self) -> str:
        """The best label's slug."""
        return self.best.slug

    @property
    def kind(self) -> str:
        """The best label's kind."""
        return self.best.kind

    @property
    def confidence(self) -> float:
        """The best label's probability."""
        return float(self.probabilities[self._order[0]])

    @property
    def top(self) -> list[tuple[str, float]]:
        """The five best labels with their probabilities, best first."""
        return [(self.labels[i].slug, float(self.probabilities[i])) for i in self._order]

    @property
    def best(self) -> Label:
        return self.labels[int(self._order[0])]

    @cached_property
    def _order(self) -> npt.NDArray[np.intp]:
        """The places of the five best labels, best first."""
        return np.argsort(-self.probabilities)[:_TOP]


@dataclass(frozen=True, eq=False)
class FoundSubject(_Said):
    """What a version says of one part of a photo.

    found, score: what the finder calls it, and how sure it is, 0 to 1; "" and None if people drew
        the box.
    """

    box: Box
    found: str
    score: float | None


@dataclass(frozen=True, eq=False)
class Answer(_Said):
    """What a version says of one photo: of its main subject or, where there is none, of the whole.

    fine_names: what people call the classes.
    milliseconds: this photo's own decoding plus an equal share of its batch's forward passes;
        waiting for other photos is not counted.
    subjects: main first; None if nobody has looked closer yet.
    """

    fine_names: Sequence[str]
    milliseconds: float
    subjects: tuple[FoundSubject, ...] | None = None

    @property
    def fine(self) -> str:
        """The readable name of the best fine class among the best label's own; "" if it has none,
        because the finder alone knows it."""
        classes = np.array(self.best.classes, np.intp)
        if not len(classes):
            return ""
        return self.fine_names[int(classes[self.fine_logits[classes].argmax()])]
