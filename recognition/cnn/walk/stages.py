"""The stages of a network: what a learner would call a step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from torch import nn

from recognition.cnn.walk import layer_operations as op
from recognition.cnn.walk.plan import Step
from recognition.cnn.walk.tracing import is_single

BLOCK = "block"
_LISTS = ("features", "blocks", "stages")  # what implementations call the list of their stages
_MANY = 24  # of more stages than these, those that belong together are joined
_FEW_PARTS = 3
_FORGETS_PLACES = (op.GLOBAL_POOLING, op.FLATTENING, op.JOINING)


class Stage(NamedTuple):
    """kind: of the operation, or BLOCK for several. name: of the module, the first one's if there
    are several. title: what the implementation calls the block; repeats: how many of these there
    are. steps: their places in the plan."""

    kind: str
    name: str
    title: str
    repeats: int
    steps: tuple[int, ...]


def stages_of(backbone: nn.Module, steps: Sequence[Step]) -> list[Stage]:
    """Small parts are stages of their own, blocks stay together; every step is in one stage."""
    found = _normalised(_single_or_block(backbone, steps))
    found = _scales_together(found)
    return _convolutions_together(found) if len(found) > _MANY else found


def _single_or_block(backbone: nn.Module, steps: Sequence[Step]) -> list[Stage]:
    found: list[Stage] = []
    for place, step in enumerate(steps):
        block = _block_of(backbone, step)
        if block is None:
            found.append(Stage(step.operation.kind, step.name, step.title, 1, (place,)))
        elif found and found[-1].kind == BLOCK and found[-1].name == block:
            found[-1] = found[-1]._replace(steps=(*found[-1].steps, place))
        else:
            title, repeats = _titled(backbone.get_submodule(block))
            found.append(Stage(BLOCK, block, title, repeats, (place,)))
    return found


def _block_of(backbone: nn.Module, step: Step) -> str | None:
    """The name of the block that a step belongs to; None if it is a stage by itself."""
    parts = step.name.split(".") if step.name else []
    for count in range(1, len(parts) + 1):
        name = ".".join(parts[:count])
        module = backbone.get_submodule(name)
        if is_single(module):
            return None
        if not _is_opened(parts[count - 1], module):
            return name
    return None


def _is_opened(name: str, module: nn.Module) -> bool:
    if name in _LISTS or type(module) is nn.ModuleList:
        return True
    working = [part for part in module.modules() if is_single(part) and not _does_nothing(part)]
    convolutions = sum(isinstance(part, nn.Conv2d) for part in working)
    if convolutions <= 1 and len(working) <= _FEW_PARTS:
        return True
    return type(module) is nn.Sequential and any(map(is_single, module.children()))


def _does_nothing(module: nn.Module) -> bool:
    return isinstance(module, nn.Identity)


def _titled(module: nn.Module) -> tuple[str, int]:
    """A list of like blocks is called as they are."""
    if type(module) is nn.Sequential:
        [(title, count), *others] = Counter(
            type(part).__name__ for part in module.children()
        ).most_common()
        if not others:
            return title, count
    return type(module).__name__, 1


def _normalised(stages: Sequence[Stage]) -> list[Stage]:
    """Normalisation belongs to the convolution before it or, if there is none, behind it."""
    found: list[Stage] = []
    for stage in stages:
        before = found[-1] if found else None
        if before and stage.kind == op.NORMALISATION and before.kind == op.CONVOLUTION:
            found[-1] = before._replace(steps=before.steps + stage.steps)
        elif before and stage.kind == op.CONVOLUTION and before.kind == op.NORMALISATION:
            found[-1] = stage._replace(steps=before.steps + stage.steps)
        else:
            found.append(stage)
    return found


def _scales_together(stages: Sequence[Stage]) -> list[Stage]:
    """A network that pools several maps and joins them does it in one stage."""
    start = len(stages)
    while start and stages[start - 1].kind in _FORGETS_PLACES:
        start -= 1
    pooled = stages[start:]
    if sum(stage.kind == op.GLOBAL_POOLING for stage in pooled) < 2:
        return list(stages)
    together = tuple(place for stage in pooled for place in stage.steps)
    return [*stages[:start], pooled[0]._replace(steps=together)]


def _convolutions_together(stages: Sequence[Stage]) -> list[Stage]:
    """The first convolution and activation stay stages; those that follow each other later are
    joined into blocks."""
    found = list(stages[:2])
    for stage in stages[2:]:
        before = found[-1]
        is_later = len(found) > 2
        if is_later and _is_simple(before) and _is_simple(stage):
            kind = BLOCK
            convolutions = before.repeats + (stage.kind == op.CONVOLUTION)
            steps = before.steps + stage.steps
            found[-1] = Stage(kind, before.name, "Conv2d", convolutions, steps)
        else:
            found.append(stage)
    return found


def _is_simple(stage: Stage) -> bool:
    is_joined = stage.kind == BLOCK and stage.title == "Conv2d"
    return is_joined or stage.kind in (op.CONVOLUTION, op.ACTIVATION)
