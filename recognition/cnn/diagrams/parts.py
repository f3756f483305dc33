"""From the steps of a forward pass to the parts of a drawing: blocks drawn as one, layers that
belong together in one box, equal neighbours counted instead of repeated. Torch-free."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from recognition.cnn.diagrams.steps import Scope, Step

MERGES = ("add", "concatenate", "multiply")
_WEIGHTED = ("convolution", "linear")
_FOLLOWERS = ("normalisation", "activation", "scale")  # stand in the box of what they follow


@dataclass(frozen=True)
class Part:
    """A box: some steps, a whole block (its class in `block`), or an end of the drawing.

    end: "input" or "output"; such a part has no steps. times: of how many equal ones in a row.
    inputs: indices of parts.
    """

    steps: tuple[Step, ...] = ()
    block: str = ""
    end: str = ""
    times: int = 1
    inputs: tuple[int, ...] = ()


def block_kinds(steps: Iterable[Step]) -> list[str]:
    """The classes within which branches meet; others are chains, drawn layer by layer."""
    kinds = (
        step.scopes[-1].kind
        for step in steps
        if step.scopes and step.operation in MERGES and len(step.inputs) > 1
    )
    return list(dict.fromkeys(kinds))


def parts_of(steps: Sequence[Step], scope: Scope | None, blocks: Iterable[str]) -> list[Part]:
    """What stands in a block, or in the whole network (None); blocks within are one part each."""
    inside = [step for step in steps if scope is None or scope in step.scopes]
    known = set(blocks)
    keys = [_key(step, scope, known) for step in inside]
    return _counted(_boxed(_grouped(steps, inside, keys, scope is None)))


def _key(step: Step, scope: Scope | None, blocks: set[str]) -> Scope | int:
    """The block that it is drawn as a part of, or its own number."""
    depth = step.scopes.index(scope) + 1 if scope else 0
    within = (inner for inner in step.scopes[depth:] if inner.kind in blocks)
    return next(within, step.number)


def _grouped(
    steps: Sequence[Step], inside: Sequence[Step], keys: Sequence[Scope | int], is_whole: bool
) -> list[Part]:
    """Ends, and a part for each key; in the order of the forward pass."""
    by_number = {step.number: key for step, key in zip(inside, keys, strict=True)}
    outside = dict.fromkeys(
        number for step in inside for number in step.inputs if number not in by_number
    )
    places: dict[Scope | int | tuple[str, int], int] = {}
    parts: list[Part] = []
    for number in outside:
        places["from", number] = len(parts)
        parts.append(Part(end="input"))
    for key in dict.fromkeys(keys):
        own = tuple(step for step, other in zip(inside, keys, strict=True) if other == key)
        sources = dict.fromkeys(
            places[by_number.get(number, ("from", number))]
            for step in own
            for number in step.inputs
            if by_number.get(number) != key
        )
        places[key] = len(parts)
        if own[0].operation == "input":
            parts.append(Part(own, end="input"))
        else:
            block = key.kind if isinstance(key, Scope) else ""
            parts.append(Part(own, block, inputs=tuple(sources)))
    return parts + _outputs(steps, inside, by_number, places, is_whole)


def _outputs(
    steps: Sequence[Step],
    inside: Sequence[Step],
    by_number: dict[int, Scope | int],
    places: dict[Scope | int | tuple[str, int], int],
    is_whole: bool,
) -> list[Part]:
    """Of a block, one for each part whose result is used outside; of a network, one of all."""
    used_inside = {number for step in inside for number in step.inputs}
    used_outside = {n for step in steps if step.number not in by_number for n in step.inputs}
    ends = [
        step.number
        for step in inside
        if step.number in used_outside or step.number not in used_inside
    ]
    sources = dict.fromkeys(places[by_number[number]] for number in ends)
    if is_whole:
        return [Part(end="output", inputs=tuple(sources))]
    return [Part(end="output", inputs=(source,)) for source in sources]


def _boxed(parts: list[Part]) -> list[Part]:
    """Normalisation and activation stand in the box of the layer that they follow, or precede."""

    def together(above: Part, below: Part) -> bool:
        if above.end or below.end or above.block or below.block:
            return False
        has = {step.operation for step in above.steps}
        last, new = above.steps[-1], below.steps[0]
        if new.operation in _FOLLOWERS:
            return has <= {*_WEIGHTED, *_FOLLOWERS, "add", "concatenate"}
        if new.operation == "flatten":
            return last.operation == "average_pool" and last.shape[1:] == (1, 1)
        return new.operation in _WEIGHTED and has <= {*_FOLLOWERS}

    return _joined(parts, together, counted=False)


def _counted(parts: list[Part]) -> list[Part]:
    def together(above: Part, below: Part) -> bool:
        if above.end or below.end or above.steps[-1].shape != below.steps[-1].shape:
            return False
        if above.block or below.block:
            return above.block == below.block
        return _words(above) == _words(below)

    return _joined(parts, together, counted=True)


def _words(part: Part) -> str:
    """What its box would say; of several equal ones, what one would."""
    steps = part.steps[: len(part.steps) // part.times]
    return json.dumps([(step.operation, step.details) for step in steps])


def _joined(
    parts: list[Part], together: Callable[[Part, Part], bool], *, counted: bool
) -> list[Part]:
    """With neighbours of a chain in one part where `together(above, below)` says so."""
    users = [0] * len(parts)
    for part in parts:
        for source in part.inputs:
            users[source] += 1
    new_place: dict[int, int] = {}
    joined: list[Part] = []
    for index, part in enumerate(parts):
        inputs = tuple(new_place[source] for source in part.inputs)
        if len(inputs) == 1 and users[part.inputs[0]] == 1:
            above = joined[inputs[0]]
            if together(above, part):
                times = above.times + 1 if counted else 1
                joined[inputs[0]] = replace(above, steps=above.steps + part.steps, times=times)
                new_place[index] = inputs[0]
                continue
        new_place[index] = len(joined)
        joined.append(replace(part, inputs=inputs))
    return joined
