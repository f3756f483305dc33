"""The closer look: where the first look is not sure, the finder says where subjects are, and the
recogniser looks at each of them. Torch-free.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from recognition.cnn import taxonomy
from recognition.cnn.finder.detections import Detections
from recognition.cnn.finder.engine import FinderEngine
from recognition.cnn.manifest import Manifest
from recognition.cnn.pixels.boxes import WHOLE
from recognition.cnn.pixels.preprocessing import subject_pixels
from recognition.cnn.serving.answers import FoundSubject, Look
from recognition.cnn.serving.fusion import Floats, Fusion
from recognition.cnn.serving.outputs import Engine, probabilities_of
from recognition.cnn.serving.regions import Region, regions
from recognition.cnn.taxonomy import Label

SURE = 0.9  # the confidence from which the first look is enough
_LEAST_PRESENCE = 0.5  # of a subject that is told of
_LEAST_SCORE_BESIDE = 0.35  # the finder's, of a subject beside the main one
_PART = 0.75
_AREA_EXPONENT = 0.25  # the larger one is more likely the main subject
_LEAST_SHARE = 1e-9  # whose logarithm is taken
_FINDER_BATCH = 2  # photos at once; more take memory and are no faster
_RECOGNISER_BATCH = 16


class View(NamedTuple):
    """What the recogniser says of what it sees; the fields as in Answer, for the known labels."""

    probabilities: Floats
    fine_logits: Floats
    embedding: npt.NDArray[np.float16]


class Seen(NamedTuple):
    """A photo after the first look. image: RGB, upright."""

    look: Look
    image: Image.Image
    first: View


class Findings(NamedTuple):
    """What becomes of a photo's answer, and its subjects, main first."""

    answer: View
    subjects: tuple[FoundSubject, ...]


class CloserLook:
    """One version's. labels: all that it can say with the finder's help; see `Fusion`."""

    def __init__(
        self,
        manifest: Manifest,
        engine: Engine,
        finder: FinderEngine | None,
        workers: ThreadPoolExecutor,
    ) -> None:
        """engine, finder: called in one thread at a time. workers: for resizing meanwhile."""
        self.fusion = Fusion(manifest.labels)
        self._manifest = manifest
        self._engine = engine
        self._finder = finder
        # There the finder costs next to nothing.
        self._is_on_gpu = finder is not None and finder.name == "torch-cuda"
        self._workers = workers
        built_in = {label.slug for label in taxonomy.labels()}
        # Labels of animals and vehicles that people added were taught from views of subjects alone.
        self._at_first_sight = np.array(
            [
                label.kind != taxonomy.NEITHER
                and (label.slug in built_in or label.kind not in ("animal", "vehicle"))
                for label in manifest.labels
            ]
        )

    @property
    def labels(self) -> tuple[Label, ...]:
        return self.fusion.labels

    @property
    def has_finder(self) -> bool:
        return self._finder is not None

    def may_want(self, look: Look) -> bool:
        """Whether the photo may be needed after the first look."""
        return self.has_finder or _has_drawn(look)

    def wants(self, look: Look, probabilities: Floats) -> bool:
        """Whether to look closer, after the first look has said this: (known labels,)."""
        if _has_drawn(look) or self._is_on_gpu:
            return True
        best = int(probabilities.argmax())
        is_sure = bool(self._at_first_sight[best] and probabilities[best] >= SURE)
        return self.has_finder and (look.closer or not is_sure)

    def __call__(self, photos: Sequence[Seen]) -> list[Findings]:
        """Look at each photo's subjects."""
        return [
            self._findings(seen, [self._subject(region, view) for region, view in looked_at])
            for seen, looked_at in zip(photos, self.look_at(photos), strict=True)
        ]

    def look_at(self, photos: Sequence[Seen]) -> list[list[tuple[Region, View]]]:
        """The regions of each photo, and what the recogniser says of them."""
        found = self._find(photos)
        of_photos = [regions(seen.look, each) for seen, each in zip(photos, found, strict=True)]
        views = self._views(photos, of_photos)
        return [[(region, next(views)) for region in of_photo] for of_photo in of_photos]

    def _find(self, photos: Sequence[Seen]) -> list[Detections | None]:
        if self._finder is None:
            return [None] * len(photos)
        side = self._finder.side
        squares = list(self._workers.map(lambda seen: finder_square(seen.image, side), photos))
        found: list[Detections | None] = []
        for start in range(0, len(squares), _FINDER_BATCH):
            found += self._finder.find(np.stack(squares[start : start + _FINDER_BATCH]))
        return found

    def _views(
        self, photos: Sequence[Seen], of_photos: Sequence[Sequence[Region]]
    ) -> Iterator[View]:
        """Of all regions, photo by photo."""
        preprocessing = self._manifest.preprocessing
        cutting = [
            self._workers.submit(subject_pixels, seen.image, region.box, preprocessing)
            for seen, of_photo in zip(photos, of_photos, strict=True)
            for region in of_photo
        ]
        pixels = [future.result() for future in cutting]
        for start in range(0, len(pixels), _RECOGNISER_BATCH):
            outputs = self._engine(np.stack(pixels[start : start + _RECOGNISER_BATCH]))
            embeddings = outputs.embeddings.astype(np.float16)
            yield from map(View, probabilities_of(outputs), outputs.fine_logits, embeddings)

    def _subject(self, region: Region, view: View) -> FoundSubject:
        return FoundSubject(
            labels=self.labels,
            probabilities=self._said(region, view),
            fine_logits=view.fine_logits,
            embedding=view.embedding,
            box=region.box,
            found=region.found,
            score=region.score,
        )

    def _said(self, region: Region, view: View) -> Floats:
        """Where the finder has nothing to say, people drew the box, and the recogniser decides."""
        if region.class_scores is None:
            return self.fusion.widened(view.probabilities)
        logs = self.fusion.of_subjects(
            view.probabilities[None], region.class_scores[None], np.array([region.box.area])
        )
        said: Floats = np.exp(logs[0])
        return said

    def _findings(self, seen: Seen, subjects: list[FoundSubject]) -> Findings:
        whole = seen.first._replace(probabilities=self.fusion.widened(seen.first.probabilities))
        if not subjects:
            return Findings(whole, ())
        if seen.look.main is None:
            return self._with_found_main(seen, whole, subjects)
        main = subjects[0]
        if seen.look.main == WHOLE:
            main = replace(main, **whole._asdict())
        return Findings(_view(main), self._told_of(main, subjects[1:]))

    def _with_found_main(self, seen: Seen, whole: View, subjects: list[FoundSubject]) -> Findings:
        in_order = sorted(subjects, key=self._weight, reverse=True)
        main, others = in_order[0], in_order[1:]
        logs = self.fusion.of_photo(
            seen.first.probabilities,
            np.log(np.maximum(main.probabilities, _LEAST_SHARE)),
            main.box.area,
        )
        main = replace(main, probabilities=np.exp(logs))
        if self.fusion.is_nothing(main.probabilities):
            drawn = [subject for subject in subjects if subject.score is None]
            return Findings(whole._replace(probabilities=main.probabilities), tuple(drawn))
        return Findings(_view(main), self._told_of(main, others))

    def _told_of(
        self, main: FoundSubject, subjects: Sequence[FoundSubject]
    ) -> tuple[FoundSubject, ...]:
        """The main subject, what people drew, and what is more likely an animal or a vehicle than
        not; but no part of something larger that has the same label."""
        told = [main]
        for subject in subjects:
            is_part = any(
                subject.label == other.label and subject.box.share_inside(other.box) > _PART
                for other in told
            )
            if subject.score is None or (self._is_there(subject) and not is_part):
                told.append(subject)
        return tuple(told)

    def _is_there(self, subject: FoundSubject) -> bool:
        is_sure = subject.score is not None and subject.score >= _LEAST_SCORE_BESIDE
        return (
            is_sure
            and not self.fusion.is_nothing(subject.probabilities)
            and self._presence(subject) >= _LEAST_PRESENCE
        )

    def _weight(self, subject: FoundSubject) -> float:
        return main_weight(self._presence(subject), subject.box.area)

    def _presence(self, subject: FoundSubject) -> float:
        return self.fusion.presence(subject.probabilities)


def main_weight(presence: float, area: float) -> float:
    """How much speaks for a subject being the main one: it is there, and it is large."""
    return presence * float(area**_AREA_EXPONENT)


def _has_drawn(look: Look) -> bool:
    return look.main is not None or bool(look.others)


def _view(subject: FoundSubject) -> View:
    return View(subject.probabilities, subject.fine_logits, subject.embedding)


def finder_square(image: Image.Image, side: int) -> npt.NDArray[np.uint8]:
    """A whole photo, squeezed into the square that the finder sees."""
    return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR))
