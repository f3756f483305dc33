"""What a stage made of one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from torch import Tensor, nn

from recognition.cnn.walk import channels, tiles
from recognition.cnn.walk import layer_operations as op
from recognition.cnn.walk.channels import Traced
from recognition.cnn.walk.plan import Step
from recognition.cnn.walk.stages import Stage
from recognition.cnn.walk.tiles import Sprite
from recognition.cnn.walk.written_out import terms_of

_KEEPS_CHANNELS = (op.ACTIVATION, op.NORMALISATION, *op.POOLING, op.GLOBAL_POOLING)


class Shown(NamedTuple):
    """fields: for json.dumps. sprites: maps of the channels in `numbers`. made: what the next stage
    is given."""

    fields: dict[str, Any]
    sprites: dict[str, Sprite]
    numbers: list[int]
    made: Tensor


def places_of_interest(stage: Stage, steps: Sequence[Step]) -> set[int]:
    """Steps whose tensors `show` needs: the first and last one, and the last convolution; of a
    convolution by itself also the normalisation."""
    convolutions = [place for place in stage.steps if steps[place].operation.kind == op.CONVOLUTION]
    norms = stage.steps if stage.kind == op.CONVOLUTION else ()
    return {stage.steps[0], stage.steps[-1], *convolutions[-1:], *norms}


def show(stage: Stage, traced: Mapping[int, Traced], before: Shown | None, given: Tensor) -> Shown:
    """before: the stage before this one. given: the picture, (colours, side, side)."""
    own = [traced[place] for place in stage.steps if place in traced]
    made = own[-1].made
    if stage.kind == op.GLOBAL_POOLING:
        return _pooled(own, before)
    if made.dim() < 3 or made.shape[1] * made.shape[2] == 1:
        return _vector(own, before)
    numbers = _numbers(stage, made, before)
    side = given.shape[-1]
    fields: dict[str, Any] = {
        "channels": channels.described(numbers, own, side, is_first=before is None)
    }
    sprites = {"maps": _sprite(made, numbers)}
    if before and stage.kind in (op.ACTIVATION, *op.POOLING) and len(before.made) == len(made):
        sprites["before"] = _sprite(before.made, numbers)
    if before and stage.kind == op.ACTIVATION:
        fields["zeroed"] = channels.zeroed(before.made, made)
    return Shown(fields, sprites, numbers, made)


def _numbers(stage: Stage, made: Tensor, before: Shown | None) -> list[int]:
    """The same channels as before, where each comes out of one: so that both can be compared."""
    keeps = stage.kind in _KEEPS_CHANNELS
    if keeps and before and before.numbers and len(before.made) == len(made):
        return before.numbers
    return channels.strongest(made)


def _pooled(own: Sequence[Traced], before: Shown | None) -> Shown:
    given = own[0].given
    numbers = before.numbers if before and before.numbers else channels.strongest(given)
    numbers = [number for number in numbers if number < len(given)]
    values = channels.means(given, numbers)
    numbers = [value["number"] for value in values]
    fields = {"values": values}
    return Shown(fields, {"before": _sprite(given, numbers)}, [], own[-1].made)


def _vector(own: Sequence[Traced], before: Shown | None) -> Shown:
    made = own[-1].made.flatten()
    fields: dict[str, Any] = {"values": channels.largest(made)}
    last = own[-1]
    if isinstance(last.module, nn.Linear):
        number = int(made.argmax())
        fields["sum"] = {"number": number, **terms_of(last.module, last.given, number)}
    if before and last.step.operation.kind == op.ACTIVATION:
        fields["zeroed"] = channels.zeroed(before.made, made)
    return Shown(fields, {}, [], own[-1].made)


def _sprite(maps: Tensor, numbers: Sequence[int]) -> Sprite:
    return tiles.sprite(maps[list(numbers)].float().numpy())
