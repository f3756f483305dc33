"""The answers of two versions to the same photos, in the same columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt

from recognition.cnn import narrowest, taxonomy
from recognition.cnn.serving.label_groups import LabelGroups
from recognition.labels.tree import LabelTree
from recognition.models import ComparedPhoto, Comparison, Label
from recognition.versions.comparison.answers import Answers, answers

Outcome = ComparedPhoto.Outcome
_TOP = 5  # as many as a prediction keeps


class _Grade(Enum):
    """Of an answer to a photo with a label. Broad: it stands above the label."""

    WRONG, BROAD, RIGHT = range(3)


_OUTCOMES = {
    (_Grade.WRONG, _Grade.WRONG): Outcome.BOTH_WRONG,
    (_Grade.WRONG, _Grade.BROAD): Outcome.BROAD,
    (_Grade.WRONG, _Grade.RIGHT): Outcome.FIXED,
    (_Grade.BROAD, _Grade.WRONG): Outcome.BROKEN,
    (_Grade.BROAD, _Grade.BROAD): Outcome.BOTH_RIGHT,
    (_Grade.BROAD, _Grade.RIGHT): Outcome.FINER,
    (_Grade.RIGHT, _Grade.WRONG): Outcome.BROKEN,
    (_Grade.RIGHT, _Grade.BROAD): Outcome.BROADER,
    (_Grade.RIGHT, _Grade.RIGHT): Outcome.BOTH_RIGHT,
}


class Said(NamedTuple):
    """Of N photos: indices into the labels, and how sure that is."""

    answers: npt.NDArray[np.intp]
    confidences: npt.NDArray[np.floating]


@dataclass(frozen=True)
class SideBySide:
    """photo_ids: N photos that both versions answered; truth: what people say, or None.
    before, after: log-probabilities (N, L) of the baseline and of the candidate, a column for each
    of `labels`; -inf for one that the version does not know. upwards: as `LabelTree` tells.
    """

    photo_ids: list[UUID]
    truth: list[int | None]
    labels: list[Label]
    before: npt.NDArray[np.floating]
    after: npt.NDArray[np.floating]
    upwards: Mapping[str, Sequence[str]]
    unreadable: int
    unread: int

    @cached_property
    def answers_before(self) -> Said:
        return self._said(self.before)

    @cached_property
    def answers_after(self) -> Said:
        return self._said(self.after)

    def _said(self, log_probabilities: npt.NDArray[np.floating]) -> Said:
        """As pages would say it while nothing is promised: where no label is sure, a group."""
        probabilities = np.exp(log_probabilities)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        best = np.argsort(-probabilities, axis=1)[:, :_TOP]
        slugs = [label.slug for label in self.labels]
        column = {slug: place for place, slug in enumerate(slugs)}
        said = Said(np.zeros(len(best), np.intp), np.zeros(len(best)))
        for row, places in enumerate(best):
            top = [(slugs[place], float(probabilities[row, place])) for place in places]
            step = narrowest.narrowest(narrowest.steps(top, self.upwards))
            said.answers[row], said.confidences[row] = column[step.slug], step.confidence
        return said

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
        upwards=tree.upwards,
        unreadable=first.unreadable + second.unreadable,
        unread=first.unread + second.unread,
    )


def alone(said: Answers, truth: Mapping[UUID, int | None], tree: LabelTree) -> SideBySide:
    """A version beside itself."""
    labels = [label for label in tree if not label.merged_into_id]
    columns = _in_columns(said, labels, tree)
    labelled = [truth[photo_id] for photo_id in said.photo_ids]
    return SideBySide(said.photo_ids, labelled, labels, columns, columns, tree.upwards, 0, 0)


def compared_photos(
    both: SideBySide, part: ComparedPhoto.Part, is_right: npt.NDArray[np.bool_]
) -> list[ComparedPhoto]:
    """A row for each photo. is_right: as `evaluation.right_answers` says."""
    places = both.places
    befores, afters = both.answers_before, both.answers_after
    rows = []
    for row, (photo_id, label_id) in enumerate(zip(both.photo_ids, both.truth, strict=True)):
        before, after = befores.answers[row], afters.answers[row]
        outcome = Outcome.DIFFERENT
        if label_id is not None:
            label = places[label_id]
            outcome = _OUTCOMES[_grade(label, before, is_right), _grade(label, after, is_right)]
        rows.append(
            ComparedPhoto(
                photo_id=photo_id,
                part=part,
                outcome=outcome,
                label_id=label_id,
                before=both.labels[before],
                before_confidence=float(befores.confidences[row]),
                after=both.labels[after],
                after_confidence=float(afters.confidences[row]),
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
            label.name_in_chinese,
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
    groups = LabelGroups(said.labels, tree.in_use_by_slug)
    column = {label.slug: place for place, label in enumerate(labels)}
    columns = np.full((len(said.photo_ids), len(labels)), -np.inf)
    probabilities = groups.probabilities(np.exp(said.log_probabilities))
    columns[:, [column[tree[label.slug].slug] for label in groups.labels]] = np.log(probabilities)
    return columns


def _grade(label: int, answer: int, is_right: npt.NDArray[np.bool_]) -> _Grade:
    if is_right[label, answer]:
        return _Grade.RIGHT
    return _Grade.BROAD if is_right[answer, label] else _Grade.WRONG
