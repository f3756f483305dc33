"""A version that explains itself: its maps, its classes and the check, in one call a view."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recognition.cnn.explain.class_maps import MapMaker, Question
from recognition.cnn.explain.classes import Parents, classes_of, shares_of
from recognition.cnn.explain.explained import Explained
from recognition.cnn.explain.faithfulness import check, probability_of
from recognition.cnn.manifest import Manifest
from recognition.cnn.serving.engine import load_engine
from recognition.cnn.serving.outputs import Engine
from recognition.cnn.store.checkpoint import load_network
from recognition.cnn.taxonomy import Label


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
        in_use = sorted({number for label in known for number in label.classes})
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
