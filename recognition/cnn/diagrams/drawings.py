"""Which drawings a network gets: one of the whole, and one or two of each kind of block."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from recognition.cnn.diagrams.parts import Part, block_kinds, parts_of
from recognition.cnn.diagrams.rows import Slot, laid_out
from recognition.cnn.diagrams.steps import Step

_LARGE = 8  # boxes; a second drawing of a kind of block has at most so many


def drawings(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """As `stored.Drawing` takes them, JSON-able."""
    kinds = block_kinds(steps)
    seen = dict.fromkeys(scope for step in steps for scope in step.scopes if scope.kind in kinds)
    found = [_drawing(steps, parts_of(steps, None, kinds), "", "", 1)]
    for kind in dict.fromkeys(scope.kind for scope in seen):
        scopes = [scope for scope in seen if scope.kind == kind]
        variants = [parts_of(steps, scope, kinds) for scope in scopes]
        found += [
            _drawing(steps, variants[place], kind, scopes[place].name, count)
            for place, count in _chosen(variants)
        ]
    return found


def _chosen(variants: list[list[Part]]) -> Iterator[tuple[int, int]]:
    """The variant of a block that occurs most often, and the one with the most boxes; how often.

    Only those in which branches meet: the others are chains.
    """
    meets = [any(len(part.inputs) > 1 for part in parts) for parts in variants]
    shapes = [_words(parts) for parts in variants]
    counts = Counter(shape for shape, does in zip(shapes, meets, strict=True) if does)
    sizes = {
        shape: sum(not part.end for part in parts)
        for shape, parts in zip(shapes, variants, strict=True)
    }
    usual = min(counts, key=lambda shape: (-counts[shape], sizes[shape]))
    small = [shape for shape in counts if sizes[shape] <= _LARGE]
    largest = max(small, key=lambda shape: sizes[shape], default=usual)
    for shape in dict.fromkeys((usual, largest)):
        yield shapes.index(shape), counts[shape]


def _words(parts: list[Part]) -> str:
    """Equal for blocks that are drawn alike but for numbers."""
    return json.dumps(
        [
            (part.block, part.end, part.inputs, [step.operation for step in part.steps])
            if not part.block
            else (part.block, part.inputs)
            for part in parts
        ]
    )


def _drawing(
    steps: Sequence[Step], parts: list[Part], block: str, where: str, count: int
) -> dict[str, Any]:
    laid = laid_out([part.inputs for part in parts])
    return {
        "block": block,
        "where": where,
        "count": count,
        "boxes": [_box(steps, part) for part in parts],
        "rows": [[[slot.part, _kind(slot)] for slot in row] for row in laid.rows],
        "lines": [[above[0], above[1], below[1]] for above, below in laid.lines],
    }


def _kind(slot: Slot) -> int:
    """As `stored.Place` has it."""
    if not slot.is_line:
        return 0
    return 2 if slot.is_wide else 1


def _box(steps: Sequence[Step], part: Part) -> dict[str, Any]:
    box: dict[str, Any] = {"shapes": _shapes(steps, part)}
    if part.end:
        box["end"] = part.end
    elif part.block:
        box["block"] = part.block
    else:
        box["steps"] = [step.number for step in part.steps[: len(part.steps) // part.times]]
    if part.times > 1:
        box["times"] = part.times
    return box


def _shapes(steps: Sequence[Step], part: Part) -> list[list[int]]:
    """Of what it hands on, each once."""
    own = {step.number for step in part.steps}
    used = {n for step in steps if step.number not in own for n in step.inputs}
    handed_on = [step for step in part.steps if step.number in used] or list(part.steps[-1:])
    return list(map(list, dict.fromkeys(step.shape for step in handed_on)))
