"""A version at work: photos in, answers out, decoding overlapped with the forward pass."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import numpy as np

from recognition.cnn.finder.engine import FinderEngine, load_finder
from recognition.cnn.manifest import SUBJECTS, Manifest
from recognition.cnn.pixels.decoded import Views, load_views
from recognition.cnn.pixels.pool import HeavyPhoto, processors
from recognition.cnn.pixels.preprocessing import SHORTER_SIDE
from recognition.cnn.pixels.unreadable import DEFAULT_MAX_PIXELS, UnreadablePhoto
from recognition.cnn.serving.answers import Answer, FoundSubject, Look
from recognition.cnn.serving.closer_look import CloserLook, Findings, Seen, View
from recognition.cnn.serving.engine import load_engine
from recognition.cnn.serving.outputs import Engine, probabilities_of

__all__ = [
    "BATCH_SIZE",
    "Answer",
    "Classifier",
    "FoundSubject",
    "HeavyPhoto",
    "Look",
    "Outcome",
    "OutcomeOrLater",
    "decode_threads",
]

BATCH_SIZE = 16
_MAX_BATCHES_IN_FLIGHT = 3
_MAX_DECODE_THREADS = 8

logger = logging.getLogger(__name__)


Outcome = Answer | UnreadablePhoto
# A photo that takes long to decode is left for `predict_apart`, if the caller wants that.
OutcomeOrLater = Outcome | HeavyPhoto


class _Decoded(NamedTuple):
    look: Look
    views: Views
    milliseconds: float


class Classifier:
    """Decodes in several processes, infers on one thread. `close()` it, or use it in a `with`
    block."""

    def __init__(
        self,
        manifest: Manifest,
        engine: Engine,
        max_pixels: int = DEFAULT_MAX_PIXELS,
        finder: FinderEngine | None = None,
    ) -> None:
        self.manifest = manifest
        self._engine = engine
        self._max_pixels = max_pixels
        self._decoders = ThreadPoolExecutor(decode_threads(), "decode")
        # Of their own: behind the next batches' decoding, a closer look would wait.
        self._resizers = ThreadPoolExecutor(decode_threads(), "resize")
        self._inference = ThreadPoolExecutor(1, "inference")
        self._closer_look = (
            CloserLook(manifest, engine, finder, self._resizers)
            if manifest.view == SUBJECTS
            else None
        )

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
        first meets it; it meets these now. finder: the folder of the finder that it looks closer
        with, if its view is of subjects.
        Raises CorruptCheckpoint, BrokenEngine, or ValueError for a combination that cannot be.
        """
        manifest, loaded = load_engine(folder, engine, device)
        looks_closer = finder is not None and manifest.view == SUBJECTS
        found = load_finder(finder, device, engine) if finder and looks_closer else None
        classifier = cls(manifest, loaded, max_pixels, found)
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
        return self._closer_look is not None and self._closer_look.has_finder

    def predict(self, photos: Sequence[Path | bytes]) -> list[Outcome]:
        """One answer a photo, in order; a photo that cannot be read gives its UnreadablePhoto."""
        batches = (photos[i : i + BATCH_SIZE] for i in range(0, len(photos), BATCH_SIZE))
        outcomes = (outcome for batch in self.stream(batches) for outcome in batch)
        return [
            self.predict_apart(photo) if isinstance(outcome, HeavyPhoto) else outcome
            for photo, outcome in zip(photos, outcomes, strict=True)
        ]

    def predict_apart(self, photo: Path | bytes | Look) -> Outcome:
        """One answer, also to what takes long to decode; from any thread, beside `stream`."""
        decoded = self._decode(photo, apart=True)
        if isinstance(decoded, _Decoded):
            return self._inference.submit(self._infer, [decoded]).result()[0]
        return decoded if isinstance(decoded, UnreadablePhoto) else UnreadablePhoto("too_complex")

    def stream(
        self, batches: Iterable[Sequence[Path | bytes | Look]]
    ) -> Iterator[list[OutcomeOrLater]]:
        """One list of answers a batch, in order, while the next batches are being decoded. What
        takes long to decode gives a HeavyPhoto, so that it holds up nothing.

        Batches are pulled lazily, in the caller's thread, at most three ahead; what is finished
        is yielded before the next one is pulled. A source that has nothing should end, not
        block: blocking keeps back the batches in flight.
        """
        in_flight: deque[Future[list[OutcomeOrLater]]] = deque()
        for batch in batches:
            in_flight.append(self._submit(batch))
            while in_flight and (in_flight[0].done() or len(in_flight) >= _MAX_BATCHES_IN_FLIGHT):
                yield in_flight.popleft().result()
        while in_flight:
            yield in_flight.popleft().result()

    def close(self) -> None:
        """Stop the threads; batches in flight are dropped."""
        self._decoders.shutdown(cancel_futures=True)
        self._resizers.shutdown(cancel_futures=True)
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

    def _submit(self, batch: Sequence[Path | bytes | Look]) -> Future[list[OutcomeOrLater]]:
        decoding = [self._decoders.submit(self._decode, photo) for photo in batch]
        return self._inference.submit(self._finish, decoding)

    def _decode(
        self, photo: Path | bytes | Look, apart: bool = False
    ) -> _Decoded | UnreadablePhoto | HeavyPhoto:
        look = photo if isinstance(photo, Look) else Look(photo)
        started = time.perf_counter()
        is_kept = self._closer_look is not None and self._closer_look.may_want(look)
        try:
            views = load_views(
                look.source,
                self.manifest.preprocessing,
                self._max_pixels,
                SHORTER_SIDE if is_kept else 0,
                apart,
            )
        except (UnreadablePhoto, HeavyPhoto) as outcome:
            return outcome
        except OSError:  # its file is gone
            logger.exception("a photo cannot be read")
            return UnreadablePhoto("truncated")
        return _Decoded(look, views, (time.perf_counter() - started) * 1e3)

    def _finish(
        self, decoding: list[Future[_Decoded | UnreadablePhoto | HeavyPhoto]]
    ) -> list[OutcomeOrLater]:
        photos = [future.result() for future in decoding]
        decoded = [photo for photo in photos if isinstance(photo, _Decoded)]
        answers = iter(self._infer(decoded) if decoded else ())
        return [next(answers) if isinstance(photo, _Decoded) else photo for photo in photos]

    def _infer(self, decoded: list[_Decoded]) -> list[Answer]:
        started = time.perf_counter()
        outputs = self._engine(np.stack([photo.views.pixels for photo in decoded]))
        embeddings = outputs.embeddings.astype(np.float16)
        first = list(map(View, probabilities_of(outputs), outputs.fine_logits, embeddings))
        share_ms = (time.perf_counter() - started) * 1e3 / len(decoded)
        closer = self._look_closer(decoded, first)
        return [
            self._answer(photo, view, closer.get(row), share_ms)
            for row, (photo, view) in enumerate(zip(decoded, first, strict=True))
        ]

    def _look_closer(
        self, decoded: list[_Decoded], first: list[View]
    ) -> dict[int, tuple[Findings, float]]:
        """What is found, and in how many milliseconds, by the row of each photo that needs it."""
        if self._closer_look is None:
            return {}
        seen = {
            row: Seen(photo.look, photo.views.kept.image(), view)
            for row, (photo, view) in enumerate(zip(decoded, first, strict=True))
            if photo.views.kept is not None
            and self._closer_look.wants(photo.look, view.probabilities)
        }
        started = time.perf_counter()
        findings = self._closer_look(list(seen.values()))
        share_ms = (time.perf_counter() - started) * 1e3 / max(len(seen), 1)
        return {row: (found, share_ms) for row, found in zip(seen, findings, strict=True)}

    def _answer(
        self,
        photo: _Decoded,
        first: View,
        closer: tuple[Findings, float] | None,
        share_ms: float,
    ) -> Answer:
        labels = self._closer_look.labels if self._closer_look else self.manifest.labels
        probabilities = first.probabilities
        subjects = None
        if closer:
            (first, subjects), closer_ms = closer
            probabilities, share_ms = first.probabilities, share_ms + closer_ms
        elif self._closer_look:
            probabilities = self._closer_look.fusion.widened(probabilities)
        return Answer(
            labels=labels,
            probabilities=probabilities,
            fine_logits=first.fine_logits,
            embedding=first.embedding,
            fine_names=self.manifest.fine_names,
            milliseconds=photo.milliseconds + share_ms,
            subjects=subjects,
        )


def decode_threads() -> int:
    """One a core that this process may use, at most eight."""
    return min(processors(), _MAX_DECODE_THREADS)
