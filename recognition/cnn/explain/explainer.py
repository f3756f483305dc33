"""A version that explains itself: its maps, its classes and the check, in one call a view."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recognition.cnn.explain.class_maps import MapMaker, Question
from recognition.cnn.explain.classes import (
    Floats,
    Parents,
    class_probabilities,
    classes_of,
    shares_of,
)
from recognition.cnn.explain.explained import Explained
from recognition.cnn.explain.faithfulness import alone_and_masked, check, probability_of
from recognition.cnn.manifest import Manifest
from recognition.cnn.serving.engine import load_engine
from recognition.cnn.serving.outputs import Engine
from recognition.cnn.store.checkpoint import load_network
from recognition.cnn.taxonomy import Label


class Shown(NamedTuple):
    """pixels: (crop, crop, 3), what was left of a view. top: the labels that the network then says,
    most first, with their probabilities."""

    pixels: npt.NDArray[np.uint8]
    top: tuple[tuple[str, float], ...]


class Explainer:
    """Explains what the recogniser says of what it sees, in one thread at a time.

    What the finder adds to an answer has no map: it knows boxes, and the subject's view is cut by
    them.
    """

    def __init__(self, manifest: Manifest, maker: MapMaker, engine: Engine) -> None:
        """engine: answers for the check, which asks for many forward passes."""
        self.manifest = manifest
        self._maker = maker
        self._engine = engine

    @classmethod
    def load(
        cls, folder: Path, engine: str = "auto", device: str = "auto", threads: int = 0
    ) -> Explainer:
        """Raises what `load_engine` does, and ValueError for a network that has no feature maps."""
        manifest, loaded = load_engine(folder, engine, device, threads)
        _same, model = load_network(folder)
        return cls(manifest, MapMaker(model, manifest.preprocessing), loaded)

    def explain(
        self,
        pixels: npt.NDArray[np.uint8],
        slugs: Sequence[str],
        labels: Sequence[Label] | None = None,
        parents: Parents | None = None,
        checked: int = 1,
    ) -> list[Explained]:
        """What speaks for each of these labels against all others in one view.

        pixels: (crop, crop, 3), RGB: `centre_pixels` of a photo or `subject_pixels` of a box.
        labels: those in use (`LabelGroups.labels`); the version's own if not given. Classes of
            none of them are no rivals.
        parents: see `classes_of`. checked: of how many, from the first, to make the check.
        A label that no class stands for, because the finder alone knows it, is left out.
        """
        known = labels if labels is not None else self.manifest.labels
        in_use = _classes_in_use(known)
        asked = {slug: classes_of(slug, known, parents) for slug in slugs}
        asked = {slug: classes for slug, classes in asked.items() if classes}
        made = self._maker.maps(
            pixels,
            [Question(classes, sorted({*in_use} - {*classes})) for classes in asked.values()],
        )
        explained = []
        for place, ((slug, classes), map_) in enumerate(zip(asked.items(), made.maps, strict=True)):
            probability = probability_of(self._engine, self.manifest, classes, in_use)
            checked_map = check(pixels, map_.values, probability) if place < checked else None
            shares = tuple(shares_of(made.fine_logits, self.manifest, classes))
            explained.append(Explained(slug, map_, shares, checked_map))
        return explained

    def alone_and_masked(
        self,
        pixels: npt.NDArray[np.uint8],
        explained: Explained,
        labels: Sequence[Label] | None = None,
        parents: Parents | None = None,
        top: int = 3,
    ) -> tuple[Shown, Shown]:
        """What the network says when it sees the hot part alone, and when it sees all but it.

        pixels, labels, parents: as they were explained. top: how many labels.
        """
        known = labels if labels is not None else self.manifest.labels
        in_use = _classes_in_use(known)
        classes = classes_of(explained.slug, known, parents)
        probability = probability_of(self._engine, self.manifest, classes, in_use)
        squares = alone_and_masked(pixels, explained.map.values, probability)
        alone, masked = (
            Shown(square, self._top(fine_logits, known, in_use)[:top])
            for square, fine_logits in zip(
                squares, self._engine(np.stack(squares)).fine_logits, strict=True
            )
        )
        return alone, masked

    def _top(
        self, fine_logits: Floats, labels: Sequence[Label], in_use: Sequence[int]
    ) -> tuple[tuple[str, float], ...]:
        probabilities = class_probabilities(fine_logits, self.manifest)
        whole = probabilities[list(in_use)].sum()
        said = {
            label.slug: float(probabilities[list(label.classes)].sum() / whole)
            for label in labels
            if label.classes
        }
        return tuple(sorted(said.items(), key=lambda one: -one[1]))


def _classes_in_use(labels: Sequence[Label]) -> list[int]:
    return sorted({number for label in labels for number in label.classes})
