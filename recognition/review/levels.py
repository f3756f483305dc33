"""Thresholds at every level of the tree: pure statistics.

A prediction can be accepted as its best label or, where that is not sure enough, as one of the
groups above it. First the thresholds of the best labels are found, as if there were no groups; then
those of the groups, from the bottom of the tree to its top: what is counted at a group are only the
predictions that nothing narrower accepts. So each threshold says how often an answer at its level
is right, whatever happens below.

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


class Chosen(NamedTuple):
    """Thresholds of some labels or groups, which have equal rights.

    own: of those with enough reviewed photos, by id; None where no confidence keeps the promise.
    shared: the one of all others together. tallies: what each was judged by, by id.
    """

    own: dict[int, Threshold | None]
    shared: Threshold | None
    tallies: dict[int, Tally]

    def of(self, id_: int) -> Threshold | None:
        """None if nothing is accepted as this one."""
        return self.own.get(id_, self.shared)


class Thresholds(NamedTuple):
    """labels: of predictions as their best labels. groups: of what none of the former accepts, by
    how high the group stands. heights: by id, of all that can be answered.

    A label that stands above others, as a bird above an owl, has one of each.
    """

    labels: Chosen
    groups: dict[int, Chosen]
    heights: Mapping[int, int]

    def of(self, id_: int, is_best: bool) -> Threshold | None:
        """The threshold of a label, as the best one or as a group above that."""
        if id_ not in self.heights:  # it was retired meanwhile
            return None
        if is_best:
            return self.labels.of(id_)
        chosen = self.groups.get(self.heights[id_])
        return chosen.of(id_) if chosen else None

    def accepted_at(self, cell: Cell) -> int | None:
        """The place of the path as which the cell's predictions are accepted, if they are."""
        for place, (id_, of_cell) in enumerate(zip(*cell, strict=True)):
            found = self.of(id_, is_best=not place)
            if found and of_cell <= band(found.confidence):
                return place
        return None


def thresholds(evidence: Evidence, heights: Mapping[int, int], target: float) -> Thresholds:
    """Thresholds for a target precision (0 to 1, exclusive).

    heights: of each label or group how many steps there are below it. Those that stand equally high
    and have too few reviewed photos share a threshold; so do the best labels, however high.
    """
    places = ((cell, counts, 0) for cell, counts in evidence.items() if cell.path[0] in heights)
    found = Thresholds(_choose(places, target), {}, heights)
    for height in sorted({height for height in heights.values() if height}):
        left = [(cell, evidence[cell]) for cell in evidence if found.accepted_at(cell) is None]
        found.groups[height] = _choose(
            (
                (cell, counts, place)
                for cell, counts in left
                for place, id_ in enumerate(cell.path)
                if place and heights.get(id_) == height
            ),
            target,
        )
    return found


def _choose(places: Iterable[tuple[Cell, Counts, int]], target: float) -> Chosen:
    """places: cells, their counts, and the place of the path that is asked about."""
    tallies: defaultdict[int, Tally] = defaultdict(Tally)
    for cell, counts, place in places:
        tally, of_cell = tallies[cell.path[place]], cell.bands[place]
        tally.reviewed[of_cell] += counts.reviewed
        tally.right[of_cell] += counts.right_at(place)
        tally.uploads[of_cell] += counts.uploads
    enough = {id_ for id_, tally in tallies.items() if sum(tally.reviewed) >= needed(target)}
    own = {id_: tallies[id_].threshold(target) for id_ in enough}
    others = [tally for id_, tally in tallies.items() if id_ not in enough]
    return Chosen(own, together(others).threshold(target), dict(tallies))


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
