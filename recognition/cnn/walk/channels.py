"""The channels of a stage: which are strongest, where, and what stands behind one number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from torch import Tensor, nn

from recognition.cnn.walk import layer_operations as op
from recognition.cnn.walk.plan import Step
from recognition.cnn.walk.sizes import Field
from recognition.cnn.walk.written_out import kernel_of, pooled_at, rounded, scale_of, sum_at

SHOWN = 12
_SLICES = 3  # of a kernel; a colour each where it sees colours


class Traced(NamedTuple):
    """A step and what went through it: given, made, (channels, h, w) or (numbers,)."""

    step: Step
    module: nn.Module
    given: Tensor
    made: Tensor


def strongest(maps: Tensor) -> list[int]:
    """Channels with the most above 0, on average over all places: what the next layer hears."""
    strength = maps.clamp_min(0).flatten(1).mean(dim=1)
    return [int(number) for number in strength.topk(min(SHOWN, len(strength))).indices]


def described(
    numbers: Sequence[int], traced: Sequence[Traced], side: int, is_first: bool
) -> list[dict[str, Any]]:
    """For json.dumps. traced: a stage's steps of interest, the last one's maps being the stage's.
    side: of the picture. is_first: whether it sees the picture itself."""
    last = traced[-1]
    convolution = next((each for each in reversed(traced) if _is_convolution(each)), None)
    found = []
    for number in numbers:
        values = last.made[number]
        y, x = divmod(int(values.argmax()), values.shape[1])
        channel: dict[str, Any] = {
            "number": number,
            "mean": rounded(values.mean()),
            "least": rounded(values.min()),
            "most": rounded(values.max()),
            "at": [x, y],
            "patch": _patch(last.step.field, x, y, side),
        }
        if convolution and len(convolution.made) == len(last.made):
            channel |= _behind(convolution, traced, number, x, y, is_first)
        if last.step.operation.kind in op.POOLING:
            channel["window"] = pooled_at(last.given, last.step.operation, number, x, y)
        found.append(channel)
    return found


def _behind(
    convolution: Traced, traced: Sequence[Traced], number: int, x: int, y: int, is_first: bool
) -> dict[str, Any]:
    module = convolution.module
    assert isinstance(module, nn.Conv2d)  # noqa: S101
    behind: dict[str, Any] = {"kernel": kernel_of(module, number, _SLICES)}
    if is_first:
        operation = convolution.step.operation
        behind["sum"] = sum_at(convolution.given, module, operation, number, x, y)
        norm = next((each for each in traced if each.step.operation.kind == op.NORMALISATION), None)
        scale = scale_of(norm.module, number) if norm else None
        behind["sum"] |= {"norm": scale, "result": rounded(traced[-1].made[number, y, x])}
    return behind


def _is_convolution(traced: Traced) -> bool:
    return isinstance(traced.module, nn.Conv2d)


def _patch(field: Field | None, x: int, y: int, side: int) -> list[int] | None:
    """Left, top, right and bottom, in pixels of the picture; None if it is the whole picture."""
    if field is None:
        return None
    left, right = field.across.of(x, side)
    top, bottom = field.down.of(y, side)
    whole = left == 0 and top == 0 and right == side and bottom == side
    return None if whole else [left, top, right, bottom]


def zeroed(given: Tensor, made: Tensor) -> dict[str, float]:
    """What an activation did: the share of numbers below 0 before it, and of zeros behind it."""
    return {
        "below": rounded((given < 0).float().mean()),
        "zeros": rounded((made == 0).float().mean()),
    }


def largest(values: Tensor) -> list[dict[str, Any]]:
    """Of a vector: the places of the largest numbers, and these."""
    places = values.topk(min(SHOWN, len(values))).indices
    return [{"number": int(place), "value": rounded(values[place])} for place in places]


def means(maps: Tensor, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """What global pooling makes of these channels, the most first."""
    flat = maps.flatten(1).mean(dim=1)
    in_order = sorted(numbers, key=lambda number: -float(flat[number]))
    return [{"number": number, "value": rounded(flat[number])} for number in in_order]
