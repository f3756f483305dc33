"""Which classes speak for a label, and which labels below another one could not be told apart.

Torch-free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recognition.cnn.manifest import Manifest
from recognition.cnn.taxonomy import Label

_SURE = 0.9  # of what is said of a label; one below it that has so much is told from the others

Floats = npt.NDArray[np.floating]
Parents = Mapping[str, str | None]


class ClassShare(NamedTuple):
    """number: the row of the classifier; name: as the manifest calls it.

    probability: of all that the network says. share: of the label's own probability, 0 to 1.
    """

    number: int
    name: str
    probability: float
    share: float


class ChildShare(NamedTuple):
    """share: of what is said of the label above, 0 to 1."""

    slug: str
    share: float


class Children(NamedTuple):
    """shares: of all labels below, and of the one above itself if it has classes of its own, most
        first.
    undecided: of these the fewest that hold 90 % together; empty if a single one does.
    """

    shares: tuple[ChildShare, ...]
    undecided: tuple[str, ...]


def classes_of(slug: str, labels: Sequence[Label], parents: Parents | None = None) -> list[int]:
    """The classes of a label and of all below it.

    parents: each label's parent or None, by slug, where the tree has groups that no network says;
        without, as the labels say.
    """
    return sorted(number for label in _from(slug, labels, parents) for number in label.classes)


def shares_of(fine_logits: Floats, manifest: Manifest, classes: Sequence[int]) -> list[ClassShare]:
    """How the classes of a label share its probability, most first.

    fine_logits: (all classes,), as the network gives them.
    """
    probabilities = class_probabilities(fine_logits, manifest)
    numbers = np.asarray(classes, np.intp)
    logs = class_logits(fine_logits, manifest)[numbers]
    shares = _softmax(logs)  # of the logits: the label may have next to no probability
    order = np.argsort(-shares, kind="stable")
    return [
        ClassShare(
            int(numbers[place]),
            manifest.fine_names[numbers[place]],
            float(probabilities[numbers[place]]),
            float(shares[place]),
        )
        for place in order
    ]


def children_of(
    slug: str, labels: Sequence[Label], probabilities: Floats, parents: Parents | None = None
) -> Children:
    """What was said of the labels below one.

    probabilities: (labels,), also with the finder's help (`Answer.probabilities`).
    parents: as above.
    """
    below = {label.slug for label in _from(slug, labels, parents)}
    said = {
        label.slug: float(probability)
        for label, probability in zip(labels, probabilities, strict=True)
        if label.slug in below
    }
    whole = sum(said.values())
    if not whole:
        return Children((), ())
    in_order = sorted(said, key=lambda name: -said[name])
    shares = tuple(ChildShare(name, said[name] / whole) for name in in_order)
    return Children(shares, _undecided(shares))


def class_probabilities(fine_logits: Floats, manifest: Manifest) -> npt.NDArray[np.float64]:
    """(classes,): what labels sum up."""
    return _softmax(class_logits(fine_logits, manifest))


def class_logits(fine_logits: Floats, manifest: Manifest) -> npt.NDArray[np.float64]:
    """Sharpened and with the class weights in them, as `head.py` sums them up: (classes,)."""
    logits = np.asarray(fine_logits, np.float64) / manifest.temperature
    return logits + np.log(np.asarray(manifest.class_weights, np.float64))


def _from(slug: str, labels: Sequence[Label], parents: Parents | None) -> list[Label]:
    """The labels at and below one."""
    above = parents if parents is not None else {label.slug: label.parent for label in labels}
    return [label for label in labels if slug in _lineage(label.slug, above)]


def _lineage(slug: str | None, parents: Parents) -> list[str]:
    """A label and all above it."""
    found: list[str] = []
    while slug is not None and slug not in found:
        found.append(slug)
        slug = parents.get(slug)
    return found


def _undecided(shares: Sequence[ChildShare]) -> tuple[str, ...]:
    held = 0.0
    for count, child in enumerate(shares, start=1):
        held += child.share
        if held >= _SURE:
            return tuple(each.slug for each in shares[:count]) if count > 1 else ()
    return tuple(each.slug for each in shares)


def _softmax(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    exponentials = np.exp(logits - logits.max())
    shares: npt.NDArray[np.float64] = exponentials / exponentials.sum()
    return shares
