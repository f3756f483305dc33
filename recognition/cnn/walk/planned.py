"""What is known of a stage without a picture: shapes, where they come from, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recognition.cnn.walk.plan import Step
from recognition.cnn.walk.stages import Stage


def stage_fields(stage: Stage, steps: Sequence[Step]) -> dict[str, Any]:
    """For json.dumps. steps: of the whole plan."""
    own = [steps[place] for place in stage.steps]
    return {
        "kind": stage.kind,
        "name": stage.name,
        "title": stage.title,
        "repeats": stage.repeats,
        "given": list(_given(own[0])),
        "made": list(own[-1].made),
        "parameters": sum(step.parameters for step in own),
        "multiply_adds": sum(step.operation.multiply_adds for step in own),
        "field": _field(own[-1]),
        "layers": [_layer(step) for step in own],
    }


def _given(step: Step) -> tuple[int, ...]:
    return step.given[0]


def _field(step: Step) -> list[int] | None:
    """Width and height of what a place in the middle sees, in pixels."""
    if step.field is None:
        return None
    return [round(reach.last - reach.first) for reach in step.field]


def _layer(step: Step) -> dict[str, Any]:
    operation = step.operation
    return {
        "name": step.name,
        "title": step.title,
        "is_function": step.is_function,
        "kind": operation.kind,
        "given": [list(shape) for shape in step.given],
        "made": list(step.made),
        "across": operation.across and operation.across.to_fields(),
        "down": operation.down and operation.down.to_fields(),
        "groups": operation.groups,
        "parameters": step.parameters,
        "multiply_adds": operation.multiply_adds,
    }
