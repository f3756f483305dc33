"""Thresholds at every level of the tree: pure statistics.

A prediction can be accepted as its best label or, where that is not sure enough, as one of the
groups above it. The thresholds are found from the bottom of the tree to its top: what is counted at
a group are only the predictions that nothing below it accepts. So each threshold says how often an
answer at its level is right, whatever happens below.

Choosing the lower ones first does no harm: a label's tests go from the surest band down and end at
the first that fails. Bands below that were not looked at, and the one that failed holds more
mistakes than usual, not fewer; both are what the group above is judged by. (More, with figures, in
docs/decisions/accuracy-promise.md.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from recognition.review.thresholds import Tally, Threshold, band, needed, together


class Cell(NamedTuple):
    """Predictions that can be accepted as the same labels, and are as sure of each.

    path: ids of the best label and of the groups above it, narrowest first. bands: how sure.
    """

    path: tuple[int, ...]
    bands: tuple[int, ...]

    @classmethod
    def of(cls, steps: Iterable[tuple[int, float]]) -> Cell:
        """steps: ids with their confidence (0 to 1), narrowest first."""
        ids, confidences = zip(*steps, strict=True)
        return cls(ids, tuple(band(confidence) for confidence in confidences))


@dataclass
class Counts:
    """Photos of a cell: all uploads; reviewed ones by the first place of the path that is right, or
    its length where nothing is."""

    uploads: int = 0
    right_from: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def reviewed(self) -> int:
        return sum(self.right_from.values())

    def right_at(self, place: int) -> int:
        """How many are right at this place of the path."""
        return sum(number for first, number in self.right_from.items() if first <= place)


Evidence = Mapping[Cell, Counts]


class Thresholds(NamedTuple):
    """Thresholds by label or group.

    own: of those with enough reviewed photos, by id; None where no confidence keeps the promise.
    shared: the one of all others together that stand as high in the tree, by that height.
    heights: by id, of all that can be answered.
    tallies: what each was judged by, by id.
    """

    own: dict[int, Threshold | None]
    shared: dict[int, Threshold | None]
    heights: Mapping[int, int]
    tallies: dict[int, Tally]

    def of(self, id_: int) -> Threshold | None:
        """None if nothing is accepted as this label or group."""
        if id_ not in self.heights:  # it was retired meanwhile
            return None
        return self.own[id_] if id_ in self.own else self.shared[self.heights[id_]]

    def accepted_at(self, cell: Cell) -> int | None:
        """The place of the path as which the cell's predictions are accepted, if they are."""
        for place, (id_, of_cell) in enumerate(zip(*cell, strict=True)):
            found = self.of(id_)
            if found and of_cell <= band(found.confidence):
                return place
        return None


def thresholds(evidence: Evidence, heights: Mapping[int, int], target: float) -> Thresholds:
    """Thresholds for a target precision (0 to 1, exclusive).

    heights: of each label or group how many steps there are below it. Those that stand equally high
    and have too few reviewed photos share a threshold.
    """
    found = Thresholds({}, {}, heights, {})
    left = dict(evidence)
    for height in sorted(set(heights.values())):
        tallies = _tallies(left, heights, height)
        enough = {id_ for id_, tally in tallies.items() if sum(tally.reviewed) >= needed(target)}
        found.own.update({id_: tallies[id_].threshold(target) for id_ in enough})
        others = [tally for id_, tally in tallies.items() if id_ not in enough]
        found.shared[height] = together(others).threshold(target)
        found.tallies.update(tallies)
        left = {
            cell: counts
            for cell, counts in left.items()
            if not _is_accepted(cell, found, heights, height)
        }
    return found


def _tallies(evidence: Evidence, heights: Mapping[int, int], height: int) -> dict[int, Tally]:
    tallies: defaultdict[int, Tally] = defaultdict(Tally)
    for cell, counts in evidence.items():
        for place, id_ in enumerate(cell.path):
            if heights.get(id_) == height:
                tally, of_cell = tallies[id_], cell.bands[place]
                tally.reviewed[of_cell] += counts.reviewed
                tally.right[of_cell] += counts.right_at(place)
                tally.uploads[of_cell] += counts.uploads
    return dict(tallies)


def _is_accepted(cell: Cell, found: Thresholds, heights: Mapping[int, int], height: int) -> bool:
    for id_, of_cell in zip(*cell, strict=True):
        threshold = found.of(id_) if heights.get(id_) == height else None
        if threshold and of_cell <= band(threshold.confidence):
            return True
    return False


def as_json(evidence: Evidence) -> list[list[object]]:
    """As a report stores it."""
    return [
        [cell.path, cell.bands, counts.uploads, sorted(counts.right_from.items())]
        for cell, counts in evidence.items()
    ]


def from_json(rows: Sequence[Sequence[Any]]) -> dict[Cell, Counts]:
    """What `as_json` made."""
    return {
        Cell(tuple(path), tuple(bands)): Counts(uploads, defaultdict(int, dict(right_from)))
        for path, bands, uploads, right_from in rows
    }
