"""Versions that know subjects, and what they find, without any file or network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from django.contrib.auth.models import User

from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.cnn.serving.classifier import Answer, FoundSubject, Look
from recognition.models import ModelVersion, Photo, View
from recognition.predictions import queue
from tests.support.rows import add_photo, answer, answer_of

LEFT, RIGHT = Box(0.0, 0.0, 0.5, 1.0), Box(0.5, 0.123456, 1.0, 1.0)

Outcome = Answer | UnreadablePhoto


def looks_closer(version: ModelVersion) -> ModelVersion:
    """The version, which from now on knows subjects."""
    version.view = View.SUBJECTS
    version.save()
    return version


def subject(
    box: Box = LEFT, found: str = "dog", embedding: float = 0.5, **probabilities: float
) -> FoundSubject:
    """What the version that `manifest` describes says of a part of a photo, by label.

    embedding: all of its numbers.
    """
    said = answer_of(**(probabilities or {"dog": 0.9}))
    return FoundSubject(
        box=box,
        found=found,
        score=0.75 if found else None,
        labels=said.labels,
        probabilities=said.probabilities,
        fine_logits=said.fine_logits,
        embedding=np.full(1280, embedding, np.float16),
    )


def with_subjects(said: Answer, *subjects: FoundSubject) -> Answer:
    """The answer, after a closer look that found these."""
    embedding = subjects[0].embedding if subjects else said.embedding
    return replace(said, subjects=subjects, embedding=embedding)


def answered_photo(owner: User, version: ModelVersion, said: Answer | None = None) -> Photo:
    """A photo that this version has answered at first sight, by default as a dog for sure."""
    photo = add_photo(owner)
    queue.store(queue.claim(version), [said or answer()])
    photo.prediction.refresh_from_db()
    return photo


class FakeFinder:
    """A network with a finder: says of each photo what it is told to; remembers the looks."""

    has_finder = True

    def __init__(self, say: Callable[[Look], Outcome] | None = None) -> None:
        self.looks: list[Look] = []
        self.batches: list[int] = []
        self.meanwhile: Callable[[], Any] = lambda: None
        self._say = say or _say

    def stream(self, batches: Iterable[Sequence[Look]]) -> Iterator[list[Outcome]]:
        for batch in batches:
            self.looks += batch
            self.batches.append(len(batch))
            self.meanwhile()
            yield [self._say(look) for look in batch]


def _say(look: Look) -> Answer:
    """A dog, sure at first sight; in the closer look it stands at the left."""
    said = answer_of(dog=0.9, car=0.1)
    return with_subjects(said, subject(LEFT)) if look.closer else said
