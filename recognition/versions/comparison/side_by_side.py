"""The answers of two versions to the same photos, in the same columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from recognition.cnn import taxonomy
from recognition.cnn.serving.label_groups import LabelGroups
from recognition.labels.tree import LabelTree
from recognition.models import ComparedPhoto, Comparison, Label
from recognition.versions.comparison.answers import Answers, answers

Outcome = ComparedPhoto.Outcome


@dataclass(frozen=True)
class SideBySide:
    """photo_ids: N photos that both versions answered; truth: what people say, or None.
    before, after: log-probabilities (N, L) of the baseline and of the candidate, a column for each
    of `labels`; -inf for one that the version does not know.
    """

    photo_ids: list[UUID]
    truth: list[int | None]
    labels: list[Label]
    before: npt.NDArray[np.floating]
    after: npt.NDArray[np.floating]
    unreadable: int
    unread: int

    @property
    def places(self) -> dict[int, int]:
        """The column of each label, by its id."""
        return {label.id: place for place, label in enumerate(self.labels)}


def look_at(
    comparison: Comparison, truth: Mapping[UUID, int | None], tree: LabelTree
) -> SideBySide:
    """Ask both versions about these photos. Raises CorruptCheckpoint or BrokenEngine."""
    first = answers(comparison.baseline, list(truth))
    second = answers(comparison.candidate, first.photo_ids)
    place = {photo_id: row for row, photo_id in enumerate(first.photo_ids)}
    rows = [place[photo_id] for photo_id in second.photo_ids]
    labels = [label for label in tree if not label.merged_into_id]
    return SideBySide(
        photo_ids=second.photo_ids,
        truth=[truth[photo_id] for photo_id in second.photo_ids],
        labels=labels,
        before=_in_columns(first, labels, tree)[rows],
        after=_in_columns(second, labels, tree),
        unreadable=first.unreadable + second.unreadable,
        unread=first.unread + second.unread,
    )


def compared_photos(
    both: SideBySide, part: ComparedPhoto.Part, is_right: npt.NDArray[np.bool_]
) -> list[ComparedPhoto]:
    """A row for each photo. is_right: as `evaluation.right_answers` says."""
    places = both.places
    befores, afters = both.before.argmax(axis=1), both.after.argmax(axis=1)
    confidences = _best(both.before), _best(both.after)
    rows = []
    for row, (photo_id, label_id) in enumerate(zip(both.photo_ids, both.truth, strict=True)):
        before, after = befores[row], afters[row]
        outcome = Outcome.DIFFERENT
        if label_id is not None:
            right = is_right[places[label_id]]
            outcome = _outcome(bool(right[before]), bool(right[after]))
        rows.append(
            ComparedPhoto(
                photo_id=photo_id,
                part=part,
                outcome=outcome,
                label_id=label_id,
                before=both.labels[before],
                before_confidence=float(confidences[0][row]),
                after=both.labels[after],
                after_confidence=float(confidences[1][row]),
            )
        )
    return rows


def as_taxonomy(labels: Sequence[Label]) -> tuple[taxonomy.Label, ...]:
    """Labels of the tree, as `cnn` knows them."""
    slugs = {label.id: label.slug for label in labels}
    return tuple(
        taxonomy.Label(
            label.slug,
            label.kind,
            label.name_en,
            label.name_zh,
            slugs.get(label.parent_id) if label.parent_id else None,
            (),
        )
        for label in labels
    )


def _in_columns(
    said: Answers, labels: Sequence[Label], tree: LabelTree
) -> npt.NDArray[np.floating]:
    """What the version would say of a photo now: labels that were merged or retired since count as
    what is in use."""
    groups = LabelGroups(said.labels, tree.in_use_by_slug())
    column = {label.slug: place for place, label in enumerate(labels)}
    columns = np.full((len(said.photo_ids), len(labels)), -np.inf)
    probabilities = groups.probabilities(np.exp(said.log_probabilities))
    columns[:, [column[tree[label.slug].slug] for label in groups.labels]] = np.log(probabilities)
    return columns


def _best(log_probabilities: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """The probability of the best label of each row."""
    probabilities = np.exp(log_probabilities)
    best: npt.NDArray[np.floating] = probabilities.max(axis=1) / probabilities.sum(axis=1)
    return best


def _outcome(was_right: bool, is_right: bool) -> ComparedPhoto.Outcome:
    if was_right == is_right:
        return Outcome.BOTH_RIGHT if is_right else Outcome.BOTH_WRONG
    return Outcome.FIXED if is_right else Outcome.BROKEN
