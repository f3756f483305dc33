"""What each kind of stage does, for people who know nothing of networks: a name, what is done, and
what that is good for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Text(NamedTuple):
    title: str | Promise
    done: str | Promise
    why: str | Promise


_CUT_OFF = _("Without such a bend, many layers could be replaced by a single one.")
_KINDS = {
    "convolution": Text(
        _("Convolution"),
        _(
            "A small window with numbers of its own, the kernel, is laid upon every place of the "
            "map. What lies below it is multiplied by the kernel's numbers, and all is added up: "
            "one new number for each place."
        ),
        _(
            "A new map is bright where the old one looks like its kernel. Each kernel makes one "
            "new map, which is called a channel."
        ),
    ),
    "max_pooling": Text(
        _("Max pooling"),
        _("Of each small window of a map only the largest number is kept."),
        _(
            "The map gets smaller, and it matters less where exactly something stands. What "
            "follows has less to do and sees more of the photo at once."
        ),
    ),
    "average_pooling": Text(
        _("Average pooling"),
        _("Each small window of a map is replaced by the average of its numbers."),
        _(
            "The map gets smaller, and it matters less where exactly something stands. What "
            "follows has less to do and sees more of the photo at once."
        ),
    ),
    "global_pooling": Text(
        _("Global average pooling"),
        _("Each map is replaced by one number: the average of all its places."),
        _("Where something stands is forgotten now. How much of it there is remains."),
    ),
    "flattening": Text(
        _("Flattening"),
        _("The maps are laid out one behind the other, row by row, as one long list of numbers."),
        _("Nothing is calculated. The next layer takes a list, for it no longer looks at places."),
    ),
    "linear": Text(
        _("Fully connected layer"),
        _(
            "Each new number takes all numbers before it, multiplies each by a weight of its own, "
            "and adds everything up."
        ),
        _("It combines what was found anywhere in the photo."),
    ),
    "normalisation": Text(
        _("Normalisation"),
        _("The numbers of each map are moved and stretched to a common scale."),
        _("It keeps numbers from growing or vanishing on their way through many layers."),
    ),
    "attention": Text(
        _("Attention"),
        _("Each number is weighed by how far it stands out from its map."),
        _("What stands out is turned up, what is ordinary is turned down."),
    ),
}
_OTHER = Text(
    _("Another step"), _("The numbers are put together or moved. Nothing is learnt here."), ""
)
_ACTIVATIONS = {
    "ReLU": _("Every number below 0 becomes 0. All others stay as they are."),
    "ReLU6": _("Every number below 0 becomes 0, and every number above 6 becomes 6."),
    "Tanh": _("Every number is pressed between −1 and 1: the larger, the closer to the end."),
    "GELU": _("Numbers far below 0 become almost 0. Large ones stay almost as they are."),
    "SiLU": _("Numbers far below 0 become almost 0. Large ones stay almost as they are."),
    "Hardswish": _("Every number below −3 becomes 0. Numbers above 3 stay as they are."),
}
_ACTIVATION = _("Every number is bent by the same curve.")
_RESIDUAL = _(
    "Convolutions look for patterns in the maps, and what they find is added to the maps that came "
    "in."
)
_MOBILE = _(
    "The maps are made more in number, each is looked at by a kernel of its own, and a convolution "
    "of 1 × 1 mixes them again."
)
_SIDE_BY_SIDE = _(
    "Convolutions of several sizes look at the same maps side by side. What they find is put "
    "together."
)
_SHORTCUT = _(
    "What comes in can pass by unchanged, so that even a very deep network can be trained."
)
_BLOCKS = {
    "BasicBlock": Text(_("Residual blocks"), _RESIDUAL, _SHORTCUT),
    "Bottleneck": Text(_("Residual blocks"), _RESIDUAL, _SHORTCUT),
    "SimAMBlock": Text(
        _("Residual blocks with attention"),
        _RESIDUAL,
        _("What stands out from its map is turned up before it is added."),
    ),
    "_DenseBlock": Text(
        _("Dense block"),
        _("Each layer sees all maps before it and puts a few new ones beside them."),
        _("What was found once need not be looked for again."),
    ),
    "_Transition": Text(
        _("Transition"),
        _("A convolution of 1 × 1 mixes the maps into half as many. Pooling halves their sides."),
        _("It keeps the pile of maps from growing too high."),
    ),
    "InvertedResidual": Text(_("Inverted residual blocks"), _MOBILE, _("That needs little work.")),
    "DepthwiseSeparableConv": Text(
        _("Separable convolution"),
        _("Each map is looked at by a kernel of its own, then a convolution of 1 × 1 mixes them."),
        _("That needs little work."),
    ),
    "MBConv": Text(
        _("Inverted residual blocks"),
        _MOBILE,
        _("Channels that matter for this photo are turned up (squeeze-and-excitation)."),
    ),
    "CNBlock": Text(
        _("ConvNeXt blocks"),
        _(
            "A kernel of 7 × 7 looks at each map, two fully connected layers mix what all maps "
            "say of a place, and the result is added to what came in."
        ),
        _SHORTCUT,
    ),
    "FeaturePyramidNetwork": Text(
        _("Feature pyramid"),
        _("Coarse maps are enlarged and added to the finer ones below them."),
        _("What is known of the whole helps to understand the details, at every scale."),
    ),
    "Conv2d": Text(
        _("Convolutions"),
        _("Convolutions follow each other, each with an activation behind it."),
        _("Each finds patterns in what the one before it has found."),
    ),
}
_INCEPTION = Text(
    _("Inception module"), _SIDE_BY_SIDE, _("Small and large things are found in one step.")
)
_BLOCK = Text(
    _("Block of layers"),
    _("Several layers work together here."),
    _("Each finds patterns in what the one before it has found."),
)
LAYERS = {
    **{kind: text.title for kind, text in _KINDS.items()},
    "activation": _("Activation"),
    "joining": _("Put side by side"),
    "adding": _("Added"),
    "weighing": _("Multiplied"),
    "resizing": _("Enlarged"),
    "reordering": _("Put in another order"),
    "other": _("Another step"),
}


def text_of(stage: Mapping[str, Any]) -> Text:
    """What a stage of the walk does."""
    kind, title = stage["kind"], stage["title"]
    if kind == "activation":
        name = "ReLU" if title == "relu" else title
        bent = _ACTIVATIONS.get(name, _ACTIVATION)
        return Text(_("Activation: %(name)s") % {"name": name}, bent, _CUT_OFF)
    if kind == "block":
        return _INCEPTION if title.startswith("Inception") else _BLOCKS.get(title, _BLOCK)
    return _KINDS.get(kind, _OTHER)
