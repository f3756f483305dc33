"""What is answered of a photo, or of a part of it: as narrow as can be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from recognition.cnn import narrowest
from recognition.labels.tree import LabelTree
from recognition.models import Label, Prediction, Promise


class Answered(NamedTuple):
    """confidence: 0 to 1."""

    label: Label
    confidence: float


def steps(said: Sequence[Mapping[str, Any]], tree: LabelTree) -> list[Answered]:
    """What can be answered by a stored top five, narrowest first, in labels that are in use now."""
    top = [(label.slug, share) for label, share in tree.said_in_use(said)]
    found = narrowest.steps(top, tree.upwards)
    return [Answered(tree[step.slug], step.confidence) for step in found]


class Answering:
    """Chooses answers by the tree and by what the accuracy promise accepts at the moment.

    floors: the least confidence of what is accepted of this version, by the label's id as a string;
    empty while nothing is promised.
    """

    def __init__(self, tree: LabelTree, floors: dict[str, float]) -> None:
        self._tree = tree
        slugs = {str(label.id): label.slug for label in tree}
        self._floors = {slugs[key]: floor for key, floor in floors.items() if key in slugs}

    @classmethod
    def of(cls, version_id: int | None, tree: LabelTree) -> Answering:
        """By the rules that the analyst has applied last."""
        rules = Promise.objects.filter(pk=1).values_list("applied", flat=True).first() or {}
        is_meant = bool(rules) and rules["version_id"] == version_id
        return cls(tree, rules["floors"] if is_meant else {})

    def stored(self, prediction: Prediction) -> Answered | None:
        """As it would be answered now; None if nothing in use is known of it."""
        top = [(label.slug, share) for label, share in self._tree.said_in_use(prediction.top)]
        return self(top) if top else None

    def __call__(self, top: Sequence[tuple[str, float]]) -> Answered:
        """top: the best labels in use with their probabilities, best first; not empty."""
        found = narrowest.steps(top, self._tree.upwards)
        step = narrowest.promised(found, self._floors) or narrowest.narrowest(found)
        return Answered(self._tree[step.slug], step.confidence)
