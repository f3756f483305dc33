"""What layers and functions do, in a few words that pages translate.

Operations: convolution, linear, normalisation, activation, max_pool, average_pool, flatten, add,
concatenate, multiply, scale (by learnt factors), resize, attention, input. Details leave out what
is usual: stride 1, no padding, no dilation, one group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

_ACTIVATIONS = ("ReLU", "ReLU6", "LeakyReLU", "Tanh", "GELU", "SiLU", "Hardswish", "Sigmoid")
_BY_CLASS = {
    "Linear": "linear",
    "BatchNorm2d": "normalisation",
    "LayerNorm": "normalisation",
    "LayerNorm2d": "normalisation",
    "MaxPool2d": "max_pool",
    "AvgPool2d": "average_pool",
    "AdaptiveAvgPool2d": "average_pool",
    "Flatten": "flatten",
    "SimAM": "attention",
    **dict.fromkeys((*_ACTIVATIONS, "Hardsigmoid"), "activation"),
}
_BY_FUNCTION = {
    "add": "add",
    "cat": "concatenate",
    "mul": "multiply",
    "flatten": "flatten",
    "relu": "activation",
    "max_pool2d": "max_pool",
    "avg_pool2d": "average_pool",
    "adaptive_avg_pool2d": "average_pool",
    "interpolate": "resize",
}


def described(
    what: nn.Module | str, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
) -> tuple[str, dict[str, Any]]:
    """Operation and details of a layer, or of a function that is called with these arguments.

    Raises KeyError for what has no words yet.
    """
    if isinstance(what, str):
        return _function(what, args, dict(kwargs or {}))
    kind = type(what).__name__
    if isinstance(what, nn.Conv2d):
        return "convolution", _convolution(what)
    if kind == "BatchNormAct2d":
        then = type(what.act).__name__
        return "normalisation", {"kind": "BatchNorm2d"} | (
            {"then": then} if then != "Identity" else {}
        )
    operation = _BY_CLASS[kind]
    if operation in ("activation", "normalisation"):
        return operation, {"kind": kind}
    if operation.endswith("_pool"):
        return operation, _pooling(what)
    return operation, {}


def _convolution(layer: nn.Conv2d) -> dict[str, Any]:
    found: dict[str, Any] = {"kernel": list(layer.kernel_size)}
    if max(layer.stride) > 1:
        found["stride"] = layer.stride[0]
    padding = layer.padding if isinstance(layer.padding, tuple) else ()
    if any(padding):
        found["padding"] = list(padding)
    if max(layer.dilation) > 1:
        found["dilation"] = layer.dilation[0]
    if layer.groups > 1:
        found["groups"] = layer.groups
    return found


def _pooling(layer: nn.Module) -> dict[str, Any]:
    if isinstance(layer, nn.AdaptiveAvgPool2d):
        return {}
    return _window(layer.kernel_size, layer.stride, layer.padding)


def _function(name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    operation = _BY_FUNCTION[name]
    if name == "relu":
        return operation, {"kind": "ReLU"}
    if name in ("max_pool2d", "avg_pool2d"):
        given = {
            **dict(zip(("kernel_size", "stride", "padding"), args[1:], strict=False)),
            **kwargs,
        }
        size = given["kernel_size"]
        return operation, _window(size, given.get("stride") or size, given.get("padding", 0))
    return operation, {}


def _window(size: Any, stride: Any, padding: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"kernel": _pair(size), "stride": _pair(stride)[0]}
    if any(_pair(padding)):
        found["padding"] = _pair(padding)
    return found


def _pair(value: Any) -> list[int]:
    return list(value) if isinstance(value, (tuple, list)) else [value, value]
