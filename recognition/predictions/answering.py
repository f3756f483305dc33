"""What is answered of a photo, or of a part of it: as narrow as can be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from recognition.cnn import narrowest
from recognition.cnn.narrowest import Step
from recognition.core.statements.queries import Prepared
from recognition.labels.tree import LabelTree
from recognition.models import Label, Prediction, Promise

_promise = Prepared(lambda: Promise.objects.filter(pk=1).only("applied").order_by())


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

    labels, groups: the least confidence of what is accepted of this version as the best label, and
    as a group above that, by the id as a string; empty while nothing is promised.
    """

    def __init__(
        self, tree: LabelTree, labels: Mapping[str, float], groups: Mapping[str, float]
    ) -> None:
        self._tree = tree
        self._slugs = {str(label.id): label.slug for label in tree}
        self._labels, self._groups = (
            {self._slugs[key]: floor for key, floor in floors.items() if key in self._slugs}
            for floors in (labels, groups)
        )

    @classmethod
    def of(cls, version_id: int | None, tree: LabelTree) -> Answering:
        """By the rules that the analyst has applied last."""
        rules = next((promise.applied for promise in _promise()), None) or {}
        is_meant = bool(rules) and rules["version_id"] == version_id
        if not is_meant:
            return cls(tree, {}, {})
        return cls(tree, rules["floors"], rules.get("groups", {}))

    def stored(self, prediction: Prediction) -> Answered | None:
        """As it would be answered now; None if nothing in use is known of it."""
        top = [(label.slug, share) for label, share in self._tree.said_in_use(prediction.top)]
        return self(top) if top else None

    def accepts(self, prediction: Prediction) -> bool:
        """Whether the promise accepts just what the prediction says."""
        slug = self._slugs.get(str(prediction.label_id), "")
        said = prediction.top or [{"label": slug, "confidence": prediction.confidence or 0.0}]
        found = [Step(label.slug, confidence) for label, confidence in steps(said, self._tree)]
        accepted = narrowest.promised(found, self._labels, self._groups)
        return accepted is not None and accepted.slug == slug

    def __call__(self, top: Sequence[tuple[str, float]]) -> Answered:
        """top: the best labels in use with their probabilities, best first; not empty."""
        found = narrowest.steps(top, self._tree.upwards)
        step = narrowest.promised(found, self._labels, self._groups) or narrowest.narrowest(found)
        return Answered(self._tree[step.slug], step.confidence)
