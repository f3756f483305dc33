"""The operations and blocks of networks in words (`cnn/diagrams/operations.py` lists them)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from recognition.cnn.diagrams.stored import BuiltLayer

_NAMES = {
    "linear": gettext_lazy("Linear layer"),
    "flatten": gettext_lazy("Flattening"),
    "add": gettext_lazy("Sum"),
    "concatenate": gettext_lazy("Concatenation"),
    "multiply": gettext_lazy("Product"),
    "scale": gettext_lazy("Learnt factors"),
    "resize": gettext_lazy("Change of size"),
    "attention": gettext_lazy("SimAM"),
    "input": gettext_lazy("Input"),
}
_NORMALISATIONS = {
    "BatchNorm2d": gettext_lazy("Batch normalisation"),
    "LayerNorm": gettext_lazy("Layer normalisation"),
    "LayerNorm2d": gettext_lazy("Layer normalisation"),
}


class Block(NamedTuple):
    """title: its name. text: what happens in it, in one or two sentences."""

    title: str | Promise
    text: str | Promise


_INVERTED = gettext_lazy(
    "The map is made wide by a 1 × 1 convolution, each channel is filtered by itself, and another "
    "1 × 1 convolution makes it thin again. Where the size stays, the thin input is added."
)
_SPLIT = gettext_lazy(
    "Several ways to look at the same map stand side by side; large convolutions are split into "
    "small or thin ones. What they find is stacked."
)
_SHRINKING = gettext_lazy("It makes the map half as wide and high, in several ways at once.")
BLOCKS = {
    "BasicBlock": Block(
        gettext_lazy("Residual block"),
        gettext_lazy(
            "Two convolutions work out what should change. The input goes round them and is added "
            "at the end; where the map gets smaller, a 1 × 1 convolution makes it fit."
        ),
    ),
    "SimAMBlock": Block(
        gettext_lazy("Residual block with SimAM"),
        gettext_lazy(
            "A residual block; before the sum, each value is weighed by how far it stands out."
        ),
    ),
    "Bottleneck": Block(
        gettext_lazy("Bottleneck block"),
        gettext_lazy(
            "A 1 × 1 convolution makes the map thin, a 3 × 3 convolution works on the thin map, "
            "and another 1 × 1 convolution widens it again. The input is added."
        ),
    ),
    "Inception": Block(
        gettext_lazy("Inception module"),
        gettext_lazy(
            "Four ways to look at the same map stand side by side, each with a cheap 1 × 1 "
            "convolution. What they find is stacked."
        ),
    ),
    "InceptionA": Block(gettext_lazy("Inception module A"), _SPLIT),
    "InceptionB": Block(gettext_lazy("Inception module B"), _SHRINKING),
    "InceptionC": Block(gettext_lazy("Inception module C"), _SPLIT),
    "InceptionD": Block(gettext_lazy("Inception module D"), _SHRINKING),
    "InceptionE": Block(gettext_lazy("Inception module E"), _SPLIT),
    "_DenseBlock": Block(
        gettext_lazy("Dense block"),
        gettext_lazy("Each layer reads the input and what all layers before it have found."),
    ),
    "_DenseLayer": Block(
        gettext_lazy("Dense layer"),
        gettext_lazy(
            "All that was found so far is stacked. A 1 × 1 convolution squeezes it, and a 3 × 3 "
            "convolution finds a few new channels."
        ),
    ),
    "InvertedResidual": Block(gettext_lazy("Inverted residual block"), _INVERTED),
    "MBConv": Block(gettext_lazy("Inverted residual block"), _INVERTED),
    "SqueezeExcitation": Block(
        gettext_lazy("Squeeze and excitation"),
        gettext_lazy(
            "Each channel is averaged to one number. Two small layers turn these numbers into "
            "factors from 0 to 1, and the channels are multiplied by them."
        ),
    ),
    "CNBlock": Block(
        gettext_lazy("ConvNeXt block"),
        gettext_lazy(
            "A 7 × 7 convolution looks around within each channel, two linear layers mix the "
            "channels of each place, and the input is added."
        ),
    ),
    "FeaturePyramidNetwork": Block(
        gettext_lazy("Feature pyramid"),
        gettext_lazy(
            "Each coarse map is enlarged and added to the next finer one, so that fine maps know "
            "what the coarse ones understood."
        ),
    ),
    "_Stage": Block(
        gettext_lazy("Cross-stage block"),
        gettext_lazy(
            "Half of the result has passed the inner blocks, the other half has passed them by."
        ),
    ),
    "_Block": Block(
        gettext_lazy("Two convolutions, stacked"),
        gettext_lazy(
            "The second one reads what the first one found; the results of both are kept."
        ),
    ),
    "_PathAggregation": Block(
        gettext_lazy("Path aggregation"),
        gettext_lazy(
            "What coarse maps know is added to the fine ones, and what these make of it is added "
            "to the coarse ones again."
        ),
    ),
}


def operation(layer: BuiltLayer) -> str:
    """What a layer does: 3 × 3 convolution, stride 2, padding 1."""
    return _(", ").join([name(layer), *settings(layer)])


def name(layer: BuiltLayer) -> str:
    details = layer.details
    kernel = {"kernel": times(details.get("kernel", ()))}
    if layer.operation == "convolution":
        return _("%(kernel)s convolution") % kernel
    if layer.operation == "max_pool":
        return _("%(kernel)s max pooling") % kernel
    if layer.operation == "average_pool" and "kernel" in details:
        return _("%(kernel)s average pooling") % kernel
    if layer.operation == "average_pool":
        return _average(layer.shape)
    if layer.operation == "activation":
        return str(details["kind"])
    if layer.operation == "normalisation":
        return _(", ").join(filter(None, [_normalisation(details), details.get("then", "")]))
    return str(_NAMES[layer.operation])


def _average(shape: Sequence[int]) -> str:
    if tuple(shape[1:]) == (1, 1):
        return _("Average of each channel")
    return _("Average pooling to %(size)s") % {"size": times(shape[1:])}


def _normalisation(details: Mapping[str, Any]) -> str:
    return str(_NORMALISATIONS[details["kind"]])


def settings(layer: BuiltLayer) -> list[str]:
    """How a convolution or a pooling moves over the map, where it is not as usual."""
    details = layer.details
    found = []
    stride = details.get("stride", 1)
    if stride > 1 or ("pool" in layer.operation and "kernel" in details):
        found.append(_("stride %(number)d") % {"number": stride})
    if padding := details.get("padding"):
        text = times(padding) if len(set(padding)) > 1 else padding[0]
        found.append(_("padding %(number)s") % {"number": text})
    if dilation := details.get("dilation"):
        found.append(_("dilation %(number)d") % {"number": dilation})
    if details.get("groups"):
        found.append(_("each channel by itself"))
    return found


def short_name(layer: BuiltLayer) -> list[str]:
    """Its name in lines that fit a narrow box."""
    kernel = times(layer.details.get("kernel", ()))
    if layer.operation == "convolution":
        return [kernel, pgettext("short for convolution", "conv.")]
    if layer.operation in ("max_pool", "average_pool") and kernel:
        is_max = layer.operation == "max_pool"
        return [kernel, _("maximum") if is_max else pgettext("pooling", "average")]
    if layer.operation == "average_pool":
        return [pgettext("pooling", "average")]
    if layer.operation == "concatenate":
        return [_("stacked")]
    if layer.operation == "resize":
        return [_("resized")]
    return [name(layer)]


def follower(layer: BuiltLayer) -> str:
    """How a normalisation or an activation is called in the box of another layer."""
    if layer.operation == "normalisation":
        then = layer.details.get("then", "")
        return _(", ").join(filter(None, [_("normalised"), then]))
    return name(layer)


def block_title(kind: str) -> str:
    return str(BLOCKS[kind].title)


def times(numbers: Sequence[int]) -> str:
    """64 × 112 × 112."""
    return " × ".join(map(str, numbers))
