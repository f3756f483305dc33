"""Shapes, sizes and costs of a walk, written as a reader can check them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from django.utils.translation import gettext as _

Fields = Mapping[str, Any]
_FEW_DIGITS = 4


def shape(sides: Sequence[int]) -> str:
    """ "32 × 128 × 128"."""
    return " × ".join(f"{side:,}" for side in sides)


def number(value: float) -> str:
    """With the minus sign of arithmetic."""
    return f"{value:,.{_FEW_DIGITS}g}".replace("-", "\u2212")


def sides_of(layer: Fields) -> list[str]:
    """How the sides of a map come about: (n + 2p - k) / s + 1 with this layer's numbers. One line
    if width and height are alike."""
    across, down = layer["across"], layer["down"]
    if not across:
        return []
    return [_side(across)] if across == down else [_side(across), _side(down)]


def _side(slide: Fields) -> str:
    before, after, stride = slide["padding_before"], slide["padding_after"], slide["stride"]
    reach = slide["dilation"] * (slide["kernel"] - 1) + 1
    padding = f"2 × {before}" if before == after else f"{before} + {after}"
    exact = (slide["size"] + before + after - reach) / stride + 1
    written = f"({slide['size']} + {padding} \u2212 {reach}) / {stride} + 1 = {exact:g}"
    if exact == slide["after"]:
        return written
    rounding = _("rounded up") if slide["rounds_up"] else _("rounded down")
    return _("%(sum)s, %(rounding)s: %(after)s") % {
        "sum": written,
        "rounding": rounding,
        "after": slide["after"],
    }


def parameters_of(layer: Fields) -> str:
    """Where the parameters of a convolution or a linear layer come from; "" of others."""
    if not layer["parameters"] or layer["kind"] not in ("convolution", "linear"):
        return ""
    made, each = layer["made"][0], _weights_of(layer)
    written = f"{made:,} × {shape(each)}"
    weights = made * prod(each)
    biases = layer["parameters"] - weights
    if biases > 0:
        written += f" + {biases:,}"
    return f"{written} = {layer['parameters']:,}"


def cost_of(layer: Fields) -> str:
    """Where the multiply-adds come from; "" of layers without."""
    if not layer["multiply_adds"]:
        return ""
    return f"{shape(_weights_of(layer))} × {shape(layer['made'])} = {layer['multiply_adds']:,}"


def _weights_of(layer: Fields) -> list[int]:
    """The numbers that are multiplied for one number of the result."""
    if layer["kind"] == "linear":
        return [layer["given"][0][-1]]
    inputs = layer["given"][0][0] // layer["groups"]
    return [inputs, layer["down"]["kernel"], layer["across"]["kernel"]]
