"""The steps of a network, worked out once from its shapes alone: no picture, no weights."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from recognition.cnn.walk import layer_operations as operations
from recognition.cnn.walk.layer_operations import Operation
from recognition.cnn.walk.sizes import PIXEL, Field
from recognition.cnn.walk.tracing import Seen, watch

Shape = tuple[int, ...]


class Step(NamedTuple):
    """name: of the module. title: its class or, of a function that a module calls itself, the
    function. given, made: shapes for one picture, as (channels, height, width) or (numbers,).
    parameters: counted where they are used first. field: which pixels each place depends on by way
    of windows that slide; None if on all.
    """

    name: str
    title: str
    is_function: bool
    operation: Operation
    given: tuple[Shape, ...]
    made: Shape
    parameters: int
    field: Field | None


def steps_of(backbone: nn.Module, example: Tensor) -> list[Step]:
    """backbone: in evaluation mode, also on the meta device. example: images that it takes."""
    planner = _Planner(example)
    watch(backbone, example, planner)
    return planner.steps


class _Planner:
    def __init__(self, example: Tensor) -> None:
        self.steps: list[Step] = []
        self._counted = set[nn.Parameter]()
        self._fields: dict[int, Field | None] = {id(example): PIXEL}
        self._alive: list[Tensor] = [example]  # or another tensor may get the same id

    def __call__(self, seen: Seen) -> None:
        self._alive.append(seen.made)
        # Others are no maps: running means, for example.
        given = [tensor for tensor in seen.given if id(tensor) in self._fields] or seen.given
        fields = [self._fields.get(id(tensor)) for tensor in given]
        if seen.skipped:
            self._fields[id(seen.made)] = fields[0] if fields else None
            return
        operation = _operation(seen)
        self._fields[id(seen.made)] = field = _field(operation, fields, seen)
        self.steps.append(
            Step(
                seen.name,
                seen.function or type(seen.module).__name__,
                bool(seen.function),
                operation,
                tuple(tuple(tensor.shape[1:]) for tensor in given),
                tuple(seen.made.shape[1:]),
                self._parameters(seen.module),
                field,
            )
        )

    def _parameters(self, module: nn.Module) -> int:
        own = set(module.parameters(recurse=False)) - self._counted
        self._counted |= own
        return sum(weights.numel() for weights in own)


def _operation(seen: Seen) -> Operation:
    if seen.function:
        return operations.of_function(
            seen.function, seen.args, seen.named, seen.given[0], seen.made
        )
    return operations.of_module(seen.module, seen.given[0], seen.made)


def _field(operation: Operation, fields: list[Field | None], seen: Seen) -> Field | None:
    """A number that stands for a whole map, as a gate, is left aside: no window slides there."""
    known = [field for field in fields if field]
    if not known or seen.made.dim() != 4 or operation.kind == operations.GLOBAL_POOLING:
        return None
    field = known[0]
    for other in known[1:]:
        field = field.with_(other)
    if operation.across and operation.down:
        return Field(field.across.through(operation.across), field.down.through(operation.down))
    if operation.kind == operations.RESIZING:
        before, after = seen.given[0].shape, seen.made.shape
        return Field(
            field.across.resized(before[-1], after[-1]), field.down.resized(before[-2], after[-2])
        )
    return field
