"""The network that all designs predict with: Ark's own classifier. Nothing else here knows Ark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from benchmarks.queues.place import place
from recognition.cnn.serving.classifier import BATCH_SIZE, Answer, Classifier

__all__ = ["BATCH_SIZE", "Answer", "predict", "stream"]


def stream(batches: Iterable[list[Path]]) -> Iterator[list[Answer]]:
    """One list of answers a batch, while the next ones are being decoded."""
    for answers in _classifier().stream(batches):
        yield [_must_be_read(answer) for answer in answers]


def predict(paths: list[Path]) -> list[Answer]:
    return [_must_be_read(answer) for answer in _classifier().predict(paths)]


@lru_cache(maxsize=1)
def _classifier() -> Classifier:
    return Classifier.load(place().version)


def _must_be_read(answer: Answer | Exception) -> Answer:
    if isinstance(answer, Exception):
        raise answer
    return answer
