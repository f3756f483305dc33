"""What a module or a function of PyTorch does, in a learner's terms, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from torch import Tensor, nn

from recognition.cnn.walk.sizes import Slide, same_padding

CONVOLUTION, LINEAR, NORMALISATION = "convolution", "linear", "normalisation"
ACTIVATION, MAX_POOLING, AVERAGE_POOLING = "activation", "max_pooling", "average_pooling"
GLOBAL_POOLING, FLATTENING, JOINING = "global_pooling", "flattening", "joining"
ADDING, WEIGHING, RESIZING, ATTENTION = "adding", "weighing", "resizing", "attention"
REORDERING, OTHER = "reordering", "other"

POOLING = (MAX_POOLING, AVERAGE_POOLING)
_MODULES: tuple[tuple[type[nn.Module], str], ...] = (
    (nn.Conv2d, CONVOLUTION),
    (nn.Linear, LINEAR),
    (nn.BatchNorm2d, NORMALISATION),
    (nn.LayerNorm, NORMALISATION),
    (nn.MaxPool2d, MAX_POOLING),
    (nn.AvgPool2d, AVERAGE_POOLING),
    (nn.AdaptiveAvgPool2d, GLOBAL_POOLING),
    (nn.Flatten, FLATTENING),
)
_BY_NAME = {
    "batch_norm": NORMALISATION,
    "layer_norm": NORMALISATION,
    "max_pool2d": MAX_POOLING,
    "avg_pool2d": AVERAGE_POOLING,
    "adaptive_avg_pool2d": GLOBAL_POOLING,
    "flatten": FLATTENING,
    "cat": JOINING,
    "interpolate": RESIZING,
    "Permute": REORDERING,
    "SimAM": ATTENTION,
    **dict.fromkeys(("add", "add_", "__add__", "__iadd__"), ADDING),
    **dict.fromkeys(("mul", "mul_", "__mul__"), WEIGHING),
    **dict.fromkeys(
        ("ReLU", "ReLU6", "relu", "relu_", "Tanh", "Hardswish", "SiLU", "GELU", "Sigmoid"),
        ACTIVATION,
    ),
    **dict.fromkeys(("Hardsigmoid", "LeakyReLU"), ACTIVATION),
}


class Operation(NamedTuple):
    """across, down: how its window slides, if it has one. multiply_adds: for one picture."""

    kind: str
    multiply_adds: int = 0
    across: Slide | None = None
    down: Slide | None = None
    groups: int = 1


def of_module(module: nn.Module, given: Tensor, made: Tensor) -> Operation:
    kind = next(
        (kind for known, kind in _MODULES if isinstance(module, known)),
        _BY_NAME.get(type(module).__name__, OTHER),
    )
    if isinstance(module, nn.Conv2d):
        across, down = (_conv_slide(module, given, axis) for axis in (-1, -2))
        cost = made.numel() * module.weight[0].numel()
        return Operation(CONVOLUTION, cost, across, down, module.groups)
    if isinstance(module, nn.Linear):
        return Operation(LINEAR, made.numel() * module.in_features)
    if isinstance(module, (nn.MaxPool2d, nn.AvgPool2d)):
        return _pooled(kind, given, vars(module))
    return _settled(kind, given, made)


_POOL_ARGUMENTS = {
    "max_pool2d": ("kernel_size", "stride", "padding", "dilation", "ceil_mode"),
    "avg_pool2d": ("kernel_size", "stride", "padding", "ceil_mode"),
}


def of_function(
    name: str, args: Sequence[Any], named: Mapping[str, Any], given: Tensor, made: Tensor
) -> Operation:
    """A function that a network calls itself, where text books have a layer."""
    kind = _BY_NAME.get(name, OTHER)
    if name in _POOL_ARGUMENTS:
        options = {**dict(zip(_POOL_ARGUMENTS[name], args[1:], strict=False)), **named}
        return _pooled(kind, given, options)
    return _settled(kind, given, made)


def _settled(kind: str, given: Tensor, made: Tensor) -> Operation:
    if kind == GLOBAL_POOLING and made.dim() == 4 and made.shape[2] * made.shape[3] > 1:
        return _adaptive(given, made)
    return Operation(kind)


def _adaptive(given: Tensor, made: Tensor) -> Operation:
    """Adaptive pooling that leaves places: its windows are as wide as they must be."""

    def slide(axis: int) -> Slide:
        before, after = given.shape[axis], made.shape[axis]
        stride = before // after
        return Slide(before, before - (after - 1) * stride, stride)

    return Operation(AVERAGE_POOLING, across=slide(-1), down=slide(-2))


def _conv_slide(module: nn.Conv2d, given: Tensor, axis: int) -> Slide:
    size, kernel = given.shape[axis], module.kernel_size[axis]
    stride, dilation = module.stride[axis], module.dilation[axis]
    if type(module).__name__ == "Conv2dSame":  # timm's: as TensorFlow pads
        padding = same_padding(size, kernel, stride, dilation)
    elif isinstance(module.padding, str):
        padding = same_padding(size, kernel, 1, dilation) if module.padding == "same" else (0, 0)
    else:
        padding = (module.padding[axis],) * 2
    return Slide(size, kernel, stride, *padding, dilation)


def _pooled(kind: str, given: Tensor, options: Mapping[str, Any]) -> Operation:
    def slide(axis: int) -> Slide:
        kernel = _along(options["kernel_size"], axis)
        stride = _along(options.get("stride") or kernel, axis)
        padding = _along(options.get("padding", 0), axis)
        dilation = _along(options.get("dilation", 1), axis)
        up = bool(options.get("ceil_mode", False))
        return Slide(given.shape[axis], kernel, stride, padding, padding, dilation, up)

    return Operation(kind, across=slide(-1), down=slide(-2))


def _along(value: Any, axis: int) -> int:
    return int(value[axis] if isinstance(value, (tuple, list)) else value)
