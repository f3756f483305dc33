"""Where the boxes of a drawing stand: in rows, each below all that it takes from. Torch-free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Slot:
    """A place in a row: a part's box, or the line of a part that is used further down.

    is_wide: as wide as a box, where the line goes on from a branch instead of beside one.
    """

    part: int
    is_line: bool = False
    is_wide: bool = True


Place = tuple[int, int]  # row, and slot within it


@dataclass(frozen=True)
class Laid:
    rows: list[list[Slot]]
    lines: list[tuple[Place, Place]]  # each goes down by one row


def laid_out(inputs: Sequence[Sequence[int]]) -> Laid:
    """inputs: of each part, the parts before it that it takes from."""
    levels = _levels(inputs)
    users = [
        [user for user, taken in enumerate(inputs) if part in taken] for part in range(len(inputs))
    ]
    rows: list[list[Slot]] = []
    lines: list[tuple[Place, Place]] = []
    for level in range(max(levels) + 1):
        slots = _slots(level, levels, users)
        above = {slot.part: place for place, slot in enumerate(rows[-1])} if rows else {}
        sources = {
            slot: [above[part] for part in _taken(slot, inputs) if part in above] for slot in slots
        }
        slots = _sorted(slots, sources)
        lines += [
            ((level - 1, place), (level, slots.index(slot)))
            for slot in slots
            for place in sources[slot]
        ]
        rows.append(slots)
    return Laid(rows, lines)


def _sorted(slots: Sequence[Slot], sources: Mapping[Slot, Sequence[int]]) -> list[Slot]:
    """Each below what it takes from; of those below the same, boxes stand before lines."""
    return sorted(slots, key=lambda slot: (_mean(sources[slot]), slot.is_line, slot.part))


def _slots(level: int, levels: Sequence[int], users: Sequence[Sequence[int]]) -> list[Slot]:
    """The boxes of this level, and the lines that pass it."""
    boxes = [Slot(part) for part, own in enumerate(levels) if own == level]
    passing = [
        part
        for part, own in enumerate(levels)
        if own < level < max((levels[user] for user in users[part]), default=0)
    ]
    return boxes + [Slot(part, True, is_wide=len(users[part]) == 1) for part in passing]


def _taken(slot: Slot, inputs: Sequence[Sequence[int]]) -> Sequence[int]:
    return [slot.part] if slot.is_line else inputs[slot.part]


def _levels(inputs: Sequence[Sequence[int]]) -> list[int]:
    """How many parts, at most, stand above each."""
    levels: list[int] = []
    for taken in inputs:
        levels.append(max((levels[part] + 1 for part in taken), default=0))
    return levels


def _mean(places: Sequence[int]) -> float:
    return sum(places) / len(places) if places else 0.0
