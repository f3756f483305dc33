"""The networks of the catalogue, and their layers, for newcomers."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Text(NamedTuple):
    """idea: one sentence. more: how it works, and what it is good for."""

    idea: str | Promise
    more: str | Promise


TEXTS = {
    "lenet5": Text(
        _("The first famous one: it read the amounts on bank cheques."),
        _(
            "Two convolutions find strokes and corners, average pooling makes it care less where "
            "exactly they are, and small layers at the end combine them into characters. It sees "
            "28 × 28 grey pixels, so it is for digits and signs, not for photos."
        ),
    ),
    "three_stage": Text(
        _("The small network of the tutorials, to see what a change does."),
        _(
            "Convolutions in three stages: after each of the first two the picture is half as wide "
            "and high, and the next one looks for twice as many patterns. Add a layer, change the "
            "size of the convolutions or the pooling, and compare. It sees 28 × 28 grey pixels."
        ),
    ),
    "three_stage_photo": Text(
        _("The same small network, sized up for photos in colour."),
        _(
            "It sees 128 × 128 pixels and has twice the channels. It learns in minutes without a "
            "graphics card and shows how far a plain chain of convolutions gets; do not expect it "
            "to beat a network that has seen a million photos before yours."
        ),
    ),
    "alexnet": Text(
        _("It won the ImageNet contest of 2012 and began the age of deep learning."),
        _(
            "Five convolutions and three large linear layers, trained on graphics cards with ReLU "
            "and dropout. Nearly all of its parameters are in the linear layers, which makes it "
            "large for what it can do."
        ),
    ),
    "vgg16": Text(
        _("Nothing but small 3 × 3 convolutions, one after the other, 13 of them."),
        _(
            "Two small convolutions see as much as one large one, with fewer parameters and one "
            "more nonlinearity. Simple and still a favourite to explain things with, but slow, and "
            "half a gigabyte large."
        ),
    ),
    "googlenet": Text(
        _("Looks at several sizes at once in each step, with few parameters."),
        _(
            "Its inception modules run 1 × 1, 3 × 3 and 5 × 5 convolutions side by side; cheap "
            "1 × 1 convolutions before them keep the arithmetic low. Built here without the two "
            "auxiliary classifiers, which only help training."
        ),
    ),
    "inception_v3": Text(
        _("GoogLeNet rethought: large convolutions are split into thin ones."),
        _(
            "A 7 × 7 convolution becomes a 1 × 7 and a 7 × 1, a 5 × 5 becomes two 3 × 3. It sees "
            "larger pictures than the others, 299 × 299 pixels. Built here without the auxiliary "
            "classifier."
        ),
    ),
    "resnet18": Text(
        _("Shortcuts let the signal skip layers, so deep networks can be trained."),
        _(
            "Each block only learns what to add to its input. That cured the problem that more "
            "layers made networks worse. The small one, with 18 layers: a good first choice to "
            "train from scratch."
        ),
    ),
    "resnet50": Text(
        _("The deeper ResNet, for years the standard that others are measured by."),
        _(
            "Its blocks squeeze the channels with 1 × 1 convolutions before each 3 × 3, so that 50 "
            "layers cost only about twice as much arithmetic as 18."
        ),
    ),
    "resnet50_dilated": Text(
        _("A ResNet-50 whose late layers keep a finer picture."),
        _(
            "Instead of shrinking the picture twice more, its convolutions look at pixels that lie "
            "further apart. It sees as far as before but in four times the resolution each way, "
            "and costs nearly five times the arithmetic."
        ),
    ),
    "resnet18_simam": Text(
        _("A ResNet-18 that turns up what stands out, without one more parameter."),
        _(
            "SimAM is an attention: each value is weighed by how much it differs from the rest of "
            "its channel, by a formula instead of learnt weights. Compare it with the plain "
            "ResNet-18 to see whether it helps on your photos."
        ),
    ),
    "densenet121": Text(
        _("Each layer sees the outputs of all layers before it."),
        _(
            "Within a block every layer adds a few channels to a growing pile that all later ones "
            "read. Features are reused instead of found again, so it needs few parameters for its "
            "121 layers, but much memory while it trains."
        ),
    ),
    "fpn_resnet18": Text(
        _("Looks at four scales at once, for small and large things alike."),
        _(
            "A feature pyramid hands what the late, coarse layers understood back to the early, "
            "fine ones. Made for finding objects; here the average of each scale goes into the "
            "answer, which helps when the animal or vehicle is small in the photo."
        ),
    ),
    "mobilenet_v3": Text(
        _("Made for phones: most of the work is done by very cheap convolutions."),
        _(
            "It splits each convolution into one that looks around within a channel and one that "
            "mixes channels, and weighs channels by how useful they are. Part of its shape was "
            "found by an automatic search."
        ),
    ),
    "efficientnet_b0": Text(
        _("Depth, width and resolution in balance: much accuracy for little work."),
        _(
            "The smallest of a family that grows in all three at once. It weighs its channels "
            "(squeeze-and-excitation) and uses a smooth activation."
        ),
    ),
    "lite0": Text(
        _("The network that Ark starts with: quick without a graphics card."),
        _(
            "An EfficientNet without what is slow on simple processors: no channel weighing, plain "
            "ReLU6. Its ImageNet weights come with Ark, so it recognises things at once, offline."
        ),
    ),
    "lite1": Text(
        _("One size larger than Lite0: a little slower, a little better."),
        _("Deeper, and it sees 240 × 240 pixels. Its ImageNet weights come with Ark."),
    ),
    "lite2": Text(
        _("Two sizes larger than Lite0: the most accurate of those that come with Ark."),
        _("It sees 260 × 260 pixels and needs about twice the time of Lite0."),
    ),
    "convnext_tiny": Text(
        _("A ResNet modernised step by step until it matched vision transformers."),
        _(
            "Large 7 × 7 convolutions within channels, fewer activations and normalisations. The "
            "most accurate of the catalogue once pretrained, and at its best on a graphics card."
        ),
    ),
}

# What the kinds of layers do; those that are not here explain themselves or are rare.
_CONVOLUTION = _("Looks for small patterns everywhere in the picture: its weights.")
_NORMALISATION = _("Brings values to a common scale, which keeps training stable.")
_ACTIVATION = _("Bends the values, so that layers together can do more than one alone.")
_AVERAGE = _("Replaces neighbouring values by their average.")
_MAXIMUM = _("Keeps the largest of neighbouring values.")
KINDS = {
    "Conv2d": _CONVOLUTION,
    "Conv2dSame": _CONVOLUTION,
    "BatchNorm2d": _NORMALISATION,
    "LayerNorm": _NORMALISATION,
    "LayerNorm2d": _NORMALISATION,
    "BatchNormAct2d": _("Brings values to a common scale, then bends them (ReLU6)."),
    "ReLU": _ACTIVATION,
    "Tanh": _ACTIVATION,
    "GELU": _ACTIVATION,
    "SiLU": _ACTIVATION,
    "Hardswish": _ACTIVATION,
    "Sigmoid": _ACTIVATION,
    "Hardsigmoid": _ACTIVATION,
    "MaxPool2d": _MAXIMUM,
    "AvgPool2d": _AVERAGE,
    "AdaptiveAvgPool2d": _AVERAGE,
    "Linear": _("Combines all of its inputs into each output."),
    "Dropout": _("Leaves values out at random while training, against learning by heart."),
    "SimAM": _("Turns up what stands out from its channel."),
}
