"""A version at work: photos in, answers out, decoding overlapped with the forward pass."""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recognition.cnn.manifest import Manifest
from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.decoding import DEFAULT_MAX_PIXELS, UnreadablePhoto
from recognition.cnn.pixels.preprocessing import load_pixels
from recognition.cnn.serving.engine import load_engine
from recognition.cnn.serving.label_groups import LabelGroups
from recognition.cnn.serving.outputs import Engine
from recognition.cnn.taxonomy import Label

BATCH_SIZE = 16
_MAX_BATCHES_IN_FLIGHT = 3
_MAX_DECODE_THREADS = 8
_TOP = 5

logger = logging.getLogger(__name__)


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
class Answer:
    """What a version says of one photo.

    labels: all that it can say; probabilities: (labels,), 0 to 1, their sum is 1.
    fine_logits: (classes,); fine_names: what people call the classes.
    embedding: float16 (embedding_size,), the input of the classifier.
    milliseconds: this photo's own decoding plus an equal share of its batch's forward pass;
        waiting for other photos is not counted.
    subjects: main first; None if nobody has looked closer yet.
    """

    labels: Sequence[Label]
    probabilities: npt.NDArray[np.floating]
    fine_logits: npt.NDArray[np.floating]
    fine_names: Sequence[str]
    embedding: npt.NDArray[np.float16]
    milliseconds: float
    subjects: tuple[FoundSubject, ...] | None = None

    def grouped(self, groups: LabelGroups) -> Answer:
        """The same answer in other labels; `groups` was made for those of this one."""
        if groups.is_identity:
            return self
        probabilities = groups.probabilities(self.probabilities)
        return replace(self, labels=groups.labels, probabilities=probabilities)

    @property
    def label(self) -> str:
        """The best label's slug."""
        return self._best.slug

    @property
    def kind(self) -> str:
        """The best label's kind."""
        return self._best.kind

    @property
    def confidence(self) -> float:
        """The best label's probability."""
        return float(self.probabilities[self._order[0]])

    @property
    def top(self) -> list[tuple[str, float]]:
        """The five best labels with their probabilities, best first."""
        return [(self.labels[i].slug, float(self.probabilities[i])) for i in self._order]

    @property
    def fine(self) -> str:
        """The readable name of the best fine class among the best label's own."""
        classes = np.array(self._best.classes)
        return self.fine_names[int(classes[self.fine_logits[classes].argmax()])]

    @property
    def _best(self) -> Label:
        return self.labels[int(self._order[0])]

    @cached_property
    def _order(self) -> npt.NDArray[np.intp]:
        """The places of the five best labels, best first."""
        return np.argsort(-self.probabilities)[:_TOP]


@dataclass(frozen=True, eq=False)
class FoundSubject:
    """What a version says of one part of a photo; the fields as in Answer.

    found, score: what the finder calls it, and how sure it is, 0 to 1; "" and None if people drew
        the box.
    """

    box: Box
    found: str
    score: float | None
    labels: Sequence[Label]
    probabilities: npt.NDArray[np.floating]
    fine_logits: npt.NDArray[np.floating]
    embedding: npt.NDArray[np.float16]

    def grouped(self, groups: LabelGroups) -> FoundSubject:
        """The same subject in other labels; `groups` was made for those of this one."""
        if groups.is_identity:
            return self
        probabilities = groups.probabilities(self.probabilities)
        return replace(self, labels=groups.labels, probabilities=probabilities)

    @property
    def label(self) -> str:
        """The best label's slug."""
        return self.top[0][0]

    @property
    def confidence(self) -> float:
        """The best label's probability."""
        return self.top[0][1]

    @property
    def top(self) -> list[tuple[str, float]]:
        """The five best labels with their probabilities, best first."""
        best = np.argsort(-self.probabilities)[:_TOP]
        return [(self.labels[i].slug, float(self.probabilities[i])) for i in best]


class _Decoded(NamedTuple):
    pixels: npt.NDArray[np.uint8]
    milliseconds: float


class Classifier:
    """Decodes on several threads, infers on one. `close()` it, or use it in a `with` block."""

    def __init__(
        self, manifest: Manifest, engine: Engine, max_pixels: int = DEFAULT_MAX_PIXELS
    ) -> None:
        self.manifest = manifest
        self._engine = engine
        self._max_pixels = max_pixels
        self._decoders = ThreadPoolExecutor(decode_threads(), "decode")
        self._inference = ThreadPoolExecutor(1, "inference")

    @classmethod
    def load(
        cls,
        folder: Path,
        engine: str = "auto",
        device: str = "auto",
        max_pixels: int = DEFAULT_MAX_PIXELS,
        warm_up: Iterable[int] = range(1, BATCH_SIZE + 1),
        finder: Path | None = None,
    ) -> Classifier:
        """Load a version, verified by sha256 and by its answer to the reference picture.

        engine is "auto", "openvino" or "torch"; device is "auto", "cpu" or "cuda"; a photo of
        more than max_pixels is not decoded. warm_up: an engine prepares for each batch size when it
        first meets it; it meets these now.
        Raises CorruptCheckpoint, BrokenEngine, or ValueError for a combination that cannot be.
        """
        classifier = cls(*load_engine(folder, engine, device), max_pixels)
        side = classifier.manifest.preprocessing.crop
        pixels = np.zeros((BATCH_SIZE, side, side, 3), np.uint8)
        for size in warm_up:
            classifier._engine(pixels[:size])
        return classifier

    @property
    def engine_name(self) -> str:
        """ "openvino", "torch-cuda" or "torch"."""
        return self._engine.name

    @property
    def has_finder(self) -> bool:
        return False

    def predict(self, photos: Sequence[Path | bytes]) -> list[Answer | UnreadablePhoto]:
        """One answer a photo, in order; a photo that cannot be read gives its UnreadablePhoto."""
        batches = (photos[i : i + BATCH_SIZE] for i in range(0, len(photos), BATCH_SIZE))
        return [answer for batch in self.stream(batches) for answer in batch]

    def stream(
        self, batches: Iterable[Sequence[Path | bytes | Look]]
    ) -> Iterator[list[Answer | UnreadablePhoto]]:
        """One list of answers a batch, in order, while the next batches are being decoded.

        Batches are pulled lazily, in the caller's thread, at most three ahead; what is finished
        is yielded before the next one is pulled. A source that has nothing should end, not
        block: blocking keeps back the batches in flight.
        """
        in_flight: deque[Future[list[Answer | UnreadablePhoto]]] = deque()
        for batch in batches:
            in_flight.append(self._submit(batch))
            while in_flight and (in_flight[0].done() or len(in_flight) >= _MAX_BATCHES_IN_FLIGHT):
                yield in_flight.popleft().result()
        while in_flight:
            yield in_flight.popleft().result()

    def close(self) -> None:
        """Stop the threads; batches in flight are dropped."""
        self._decoders.shutdown(cancel_futures=True)
        self._inference.shutdown(cancel_futures=True)

    def __enter__(self) -> Classifier:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _submit(
        self, batch: Sequence[Path | bytes | Look]
    ) -> Future[list[Answer | UnreadablePhoto]]:
        decoding = [self._decoders.submit(self._decode, photo) for photo in batch]
        return self._inference.submit(self._finish, decoding)

    def _decode(self, photo: Path | bytes | Look) -> _Decoded | UnreadablePhoto:
        photo = photo.source if isinstance(photo, Look) else photo
        started = time.perf_counter()
        try:
            pixels = load_pixels(photo, self.manifest.preprocessing, self._max_pixels)
        except UnreadablePhoto as error:
            # A new one: the traceback of this one keeps the half-decoded picture alive.
            return UnreadablePhoto(error.code)
        except Exception:  # a bug of a decoder, or no memory: this photo's own failure
            logger.exception("decoding failed")
            return UnreadablePhoto("truncated")
        return _Decoded(pixels, (time.perf_counter() - started) * 1e3)

    def _finish(
        self, decoding: list[Future[_Decoded | UnreadablePhoto]]
    ) -> list[Answer | UnreadablePhoto]:
        photos = [future.result() for future in decoding]
        decoded = [photo for photo in photos if isinstance(photo, _Decoded)]
        answers = iter(self._infer(decoded) if decoded else ())
        return [photo if isinstance(photo, UnreadablePhoto) else next(answers) for photo in photos]

    def _infer(self, decoded: list[_Decoded]) -> list[Answer]:
        started = time.perf_counter()
        outputs = self._engine(np.stack([photo.pixels for photo in decoded]))
        share_ms = (time.perf_counter() - started) * 1e3 / len(decoded)
        probabilities = np.exp(outputs.log_probabilities)
        # Half precision leaves the sum a little off 1.
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        return [
            Answer(
                labels=self.manifest.labels,
                probabilities=probabilities[row],
                fine_logits=outputs.fine_logits[row],
                fine_names=self.manifest.fine_names,
                embedding=outputs.embeddings[row].astype(np.float16),
                milliseconds=photo.milliseconds + share_ms,
            )
            for row, photo in enumerate(decoded)
        ]


def decode_threads() -> int:
    """One a core that this process may use, at most eight."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, _MAX_DECODE_THREADS)
