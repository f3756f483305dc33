"""Single numbers of a feature map, written out: the sum behind one, and the window behind one."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from recognition.cnn.walk.layer_operations import MAX_POOLING, Operation

_DIGITS = 4  # that count, of each number
_TERMS = 8


def rounded(values: Tensor) -> Any:
    """Nested lists of numbers with a few digits each: what a reader can add up."""
    return _short(values.detach().cpu().tolist())


def _short(value: Any) -> Any:
    if isinstance(value, list):
        return [_short(each) for each in value]
    return float(f"{value:.{_DIGITS}g}")


def window_at(given: Tensor, operation: Operation, x: int, y: int, padding: float) -> Tensor:
    """What the window saw at one place of the result: (channels, k, k) of (channels, h, w).

    padding: what stands where the window reaches beyond the map.
    """
    across, down = operation.across, operation.down
    if across is None or down is None:
        raise ValueError(f"nothing slides here: {operation.kind}")
    sides = (across.padding_before, across.kernel * across.dilation + across.padding_after)
    ends = (down.padding_before, down.kernel * down.dilation + down.padding_after)
    padded = functional.pad(given, (*sides, *ends), value=padding)
    top, left = y * down.stride, x * across.stride
    return padded[
        :,
        top : top + down.reach : down.dilation,
        left : left + across.reach : across.dilation,
    ]


def sum_at(
    given: Tensor, module: nn.Conv2d, operation: Operation, channel: int, x: int, y: int
) -> dict[str, Any]:
    """One number of a convolution, as the sum that it is.

    given: (channels, h, w). values, kernel: (channels, k, k). parts: what each channel adds.
    """
    width = module.weight.shape[1]
    first = channel // (module.out_channels // module.groups) * width
    values = window_at(given, operation, x, y, 0.0)[first : first + width]
    kernel = module.weight[channel]
    parts = (values * kernel).sum(dim=(1, 2))
    bias = float(module.bias[channel]) if module.bias is not None else 0.0
    return {
        "values": rounded(values),
        "kernel": rounded(kernel),
        "parts": rounded(parts),
        "bias": _short(bias),
        "total": _short(float(parts.sum()) + bias),
    }


def pooled_at(given: Tensor, operation: Operation, channel: int, x: int, y: int) -> dict[str, Any]:
    """One number of a pooled map, and the window that it stands for. Places beyond the map are
    None."""
    window = window_at(given[channel : channel + 1], operation, x, y, float("nan"))[0]
    inside = window[~window.isnan()]
    result = inside.max() if operation.kind == MAX_POOLING else inside.mean()
    values = [[None if value != value else value for value in row] for row in rounded(window)]
    return {"values": values, "result": _short(float(result))}


def kernel_of(module: nn.Conv2d, channel: int, most: int) -> dict[str, Any]:
    """The kernel of a channel: its slices with the largest numbers, at most so many.

    inputs: which channels these look at. of: how many there are.
    """
    weight = module.weight[channel].detach()
    strength = weight.square().sum(dim=(1, 2))
    chosen = strength.topk(min(most, len(weight))).indices.sort().values
    first = channel // (module.out_channels // module.groups) * len(weight)
    return {
        "inputs": [first + int(number) for number in chosen],
        "of": len(weight),
        "slices": rounded(weight[chosen]),
        "bias": _short(float(module.bias[channel])) if module.bias is not None else 0.0,
    }


def scale_of(norm: nn.Module, channel: int) -> dict[str, float] | None:
    """How batch normalisation changes a number of a channel: number * scale + shift. None of one
    that depends on the picture."""
    if not isinstance(norm, nn.BatchNorm2d) or norm.running_var is None or not norm.affine:
        return None
    mean, variance = norm.running_mean[channel], norm.running_var[channel]  # type: ignore[index]
    scale = float(norm.weight[channel] / (variance + norm.eps).sqrt())
    shift = float(norm.bias[channel] - mean * scale)
    return {"scale": _short(scale), "shift": _short(shift)}


def terms_of(linear: nn.Linear, values: Tensor, number: int) -> dict[str, Any]:
    """What one number of a linear layer is added up from: the largest terms, most first, and the
    sum of the others."""
    terms = values * linear.weight[number]
    largest = terms.abs().topk(min(_TERMS, len(terms))).indices
    largest = largest[terms[largest].argsort(descending=True)]
    bias = linear.bias[number] if linear.bias is not None else torch.zeros(())
    return {
        "terms": [
            {
                "channel": int(channel),
                "value": rounded(values[channel]),
                "weight": rounded(linear.weight[number, channel]),
                "term": rounded(terms[channel]),
            }
            for channel in largest
        ],
        "others": rounded(terms.sum() - terms[largest].sum()),
        "other_count": len(terms) - len(largest),
        "bias": rounded(bias),
        "total": rounded(terms.sum() + bias),
    }
