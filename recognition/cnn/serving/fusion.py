"""What the recogniser and the finder say of one thing, as one opinion.

A logarithmic opinion pool (Genest and Zidek 1986, doi:10.1214/ss/1177013825): a label's logit is a
weighted sum of the logarithms of what each expert gives it. The finder knows few labels by name;
of others it knows the kind, and of some things that they are neither vehicle nor animal. The
weights were fitted on photos by maximum likelihood (benchmarks/cnn/fusion.py,
docs/decisions/closer-look.md). Torch-free.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recognition.cnn import finder, taxonomy
from recognition.cnn.finder.coco import COCO_CLASSES
from recognition.cnn.taxonomy import Label

_BY_CLASS = Path(finder.__file__).with_name("labels.csv")
_LEAST_SCORE_OF_OTHERS = 0.05
_LEAST_AREA = 0.01

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Weights:
    """Weights are of logarithms; least_... are added to a share before its logarithm is taken, so
    that no expert can rule out what it does not know.

    recogniser, finder: the weight of either.
    kind: what is left of the finder's score for labels of which it knows only the kind.
    least_finder, least_recogniser: added to what either gives.
    nothing, nothing_other, nothing_area: the logit of labels that are neither vehicle nor animal
        is a constant, plus so much of the best score of such a thing, plus so much of the area.
    unknown: what the recogniser is taken to give a label that only the finder knows.
    subject, first, first_area: of a photo as a whole: the weight of its main subject, and that of
        the first look, a constant plus so much of the square root of the subject's area.
    least_first: added to what the first look gives.
    photo_nothing: added, in a photo as a whole, to the logit of what is neither.
    """

    recogniser: float = 1.09
    finder: float = 2.49
    kind: float = 0.32
    least_finder: float = 0.021
    least_recogniser: float = 0.00016
    nothing: float = -4.0
    nothing_other: float = 0.4
    nothing_area: float = -0.83
    unknown: float = 0.054
    subject: float = 0.72
    first: float = 0.31
    first_area: float = 0.43
    least_first: float = 0.033
    photo_nothing: float = -1.6


WEIGHTS = Weights()


@cache
def labels_by_class() -> dict[str, frozenset[str]]:
    """The labels that a thing may have which the finder calls by one of COCO's classes."""
    with _BY_CLASS.open(encoding="utf-8", newline="") as file:
        return {row["class"]: frozenset(row["labels"].split()) for row in csv.DictReader(file)}


IS_SUBJECT = np.array([name in labels_by_class() for name in COCO_CLASSES])


class Fusion:
    """One opinion of two experts, for the labels of one version.

    labels: the version's, and those that the finder alone knows.
    """

    def __init__(self, known: Sequence[Label], weights: Weights = WEIGHTS) -> None:
        self.labels = (*known, *_beyond(known))
        self._weights = weights
        self._known = len(known)
        self._names = _naming(self.labels)
        self._is_nothing = np.array([label.kind in ("neither", "other") for label in self.labels])
        self._is_of_kind = {
            kind: np.array([label.kind == kind for label in self.labels])
            for kind in ("animal", "vehicle")
        }

    def widened(self, probabilities: Floats) -> Floats:
        """Those of the version's labels (..., known) as those of all labels."""
        missing = len(self.labels) - self._known
        return np.concatenate([probabilities, np.zeros((*probabilities.shape[:-1], missing))], -1)

    def of_subjects(self, probabilities: Floats, class_scores: Floats, areas: Floats) -> Floats:
        """What is in N boxes: log-probabilities (N, labels).

        probabilities: (N, known), the recogniser's, of the view of each box.
        class_scores: (N, 80), the finder's. areas: (N,), in parts of the photo.
        """
        weights = self._weights
        said = self._without_gaps(probabilities) + weights.least_recogniser
        found = self._found(class_scores) + weights.least_finder
        found[:, self._is_nothing] = 1.0
        logits = weights.recogniser * np.log(said) + weights.finder * np.log(found)
        others = class_scores[:, ~IS_SUBJECT].max(axis=1)
        logits[:, self._is_nothing] += (
            weights.nothing
            + weights.nothing_other * np.log(others + _LEAST_SCORE_OF_OTHERS)
            + weights.nothing_area * np.log(areas + _LEAST_AREA)
        )[:, None]
        return _log_softmax(logits)

    def of_photo(self, first: Floats, main: Floats, area: float) -> Floats:
        """What a photo is called: log-probabilities (labels,).

        first: (known,), the recogniser's, of the whole photo.
        main: (labels,), log-probabilities of the main subject, which has this area.
        """
        weights = self._weights
        seen = np.log(self._without_gaps(first) + weights.least_first)
        logits = weights.subject * main + (weights.first + weights.first_area * area**0.5) * seen
        logits[self._is_nothing] += weights.photo_nothing
        return _log_softmax(logits)

    def presence(self, probabilities: Floats) -> float:
        """How likely it is a vehicle or an animal, of probabilities (labels,)."""
        return float(probabilities[~self._is_nothing].sum())

    def is_nothing(self, probabilities: Floats) -> bool:
        """Whether the likeliest label (labels,) is neither a vehicle nor an animal."""
        return bool(self._is_nothing[probabilities.argmax()])

    def _without_gaps(self, probabilities: Floats) -> Floats:
        wide: Floats = self.widened(probabilities.astype(np.float64))
        wide[..., self._known :] = self._weights.unknown
        return wide

    def _found(self, class_scores: Floats) -> Floats:
        """What the finder gives each label: (N, 80) -> (N, labels)."""
        scores = class_scores.astype(np.float64)
        found: Floats = (scores[:, :, None] * self._names[None]).max(axis=1)
        is_named = self._names.any(axis=0)
        for kind, is_of_kind in self._is_of_kind.items():
            of_kind = scores[:, _classes_of_kind(kind)].max(axis=1, keepdims=True)
            found = np.where(is_of_kind & ~is_named, self._weights.kind * of_kind, found)
        return found


@cache
def _classes_of_kind(kind: str) -> npt.NDArray[np.intp]:
    """The places of the animals, or of the vehicles, among COCO's classes."""
    slugs = {label.slug for label in taxonomy.tree() if label.kind == kind}
    named = (labels_by_class().get(name, frozenset()) for name in COCO_CLASSES)
    return np.flatnonzero([not names.isdisjoint(slugs) for names in named])


def _beyond(known: Sequence[Label]) -> list[Label]:
    """The built-in labels that the finder knows and the version does not."""
    by_class = frozenset[str]().union(*labels_by_class().values())
    missing = by_class - {label.slug for label in known}
    return [label for label in taxonomy.tree() if label.slug in missing and not label.classes]


def _naming(labels: Sequence[Label]) -> npt.NDArray[np.bool_]:
    """(80, labels): whether a thing of the class may have the label, or one above it."""
    parents = {label.slug: label.parent for label in labels}

    def lineage(slug: str | None) -> set[str]:
        slugs: set[str] = set()
        while slug is not None and slug not in slugs:
            slugs.add(slug)
            slug = parents.get(slug)
        return slugs

    lineages = [lineage(label.slug) for label in labels]
    named = [labels_by_class().get(name, frozenset()) for name in COCO_CLASSES]
    return np.array([[not names.isdisjoint(slugs) for slugs in lineages] for names in named])


def _log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result
