"""The labels that a version knows, grouped into those that are in use today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from recognition.cnn.taxonomy import Label


class LabelGroups:
    """Adds the probabilities of labels that count as the same one. Those of labels that count as
    none are left out, and the others share them in proportion.

    labels: one a group; its classes are those of all labels in the group.
    is_identity: whether every label is a group by itself.
    """

    def __init__(self, known: Sequence[Label], counts_as: Mapping[str, str]) -> None:
        """counts_as: the slug of the group of a known label, by its slug; a label that is not there
        counts as none. If that is so of all, each counts as itself: a version has to say something.
        """
        slugs = [label.slug for label in known]
        group_of = [counts_as.get(slug) for slug in slugs]
        if not any(group_of):
            group_of = list(slugs)
        self.labels = tuple(known)
        self.is_identity = group_of == slugs
        if not self.is_identity:
            self._join(group_of)

    def probabilities(self, of_known: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        """(..., known labels) -> (..., groups)."""
        if self.is_identity:
            return of_known
        sums: npt.NDArray[np.floating] = of_known @ self._membership
        return sums / sums.sum(axis=-1, keepdims=True) if self._leaves_out else sums

    def _join(self, group_of: Sequence[str | None]) -> None:
        members: dict[str, list[int]] = {}
        for place, slug in enumerate(group_of):
            if slug is not None:
                members.setdefault(slug, []).append(place)
        self._leaves_out = None in group_of
        self._membership = np.zeros((len(group_of), len(members)))
        for group, places in enumerate(members.values()):
            self._membership[places, group] = 1
        known = self.labels
        self.labels = tuple(
            _together(slug, [known[place] for place in places]) for slug, places in members.items()
        )


def _together(slug: str, labels: Sequence[Label]) -> Label:
    """A group as a label: named as its own member, if it has one, and of all members' classes."""
    own = next((label for label in labels if label.slug == slug), labels[0])
    classes = tuple(number for label in labels for number in label.classes)
    return replace(own, slug=slug, classes=classes)
