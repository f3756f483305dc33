"""What stands in a photo, in words: "2 dogs, 1 car"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from recognition.models import Label


class Labelled(Protocol):
    @property
    def label(self) -> Label: ...


def contents(subjects: Iterable[Labelled]) -> str:
    """How many subjects there are of each label, in the order of the first of each."""
    counts = Counter(subject.label for subject in subjects)
    return ", ".join(f"{count} {str(label).lower()}" for label, count in counts.items())
