"""The real network's answers to real photographs, whose folders are the truth."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from recognition.cnn.serving.classifier import Answer, Classifier


class Shot(NamedTuple):
    """A photograph that the network could read."""

    label: str
    answer: Answer

    @property
    def is_right(self) -> bool:
        return self.answer.label == self.label


def shots_in(folder: Path, classifier: Classifier) -> list[Shot]:
    """All photographs of animals/ or vehicles/, by label, or of neither/."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    labels = ["neither" if folder.name == "neither" else path.parent.name for path in paths]
    answers = zip(labels, classifier.predict(paths), strict=True)
    return [Shot(label, answer) for label, answer in answers if isinstance(answer, Answer)]
