"""The small network of the tutorials, in three stages, to try out what a change does to it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from torch import nn

from recognition.cnn.networks.options import Option
from recognition.cnn.texts import gettext_noop

_POOLS = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}


def three_stage(
    layers: int = 4, kernel_size: int = 5, channels: int = 16, pooling: str = "max"
) -> nn.Module:
    """The tutorials' small convolutional network for 28 x 28 grey pixels: 5 x 5 convolutions with
    16-32-32-64 channels, ReLU, 2 x 2 max pooling; after LeCun et al. 1998, doi:10.1109/5.726791.

    float32 (B, 1, 28, 28) -> (B, 4 * channels * 7 * 7).

    layers: convolutions in all, 3 to 9; a fourth stands in the second stage, a fifth in the third,
        a sixth in the first, and so on.
    kernel_size: 3, 5 or 7. channels: of the first stage; the second has 2, the third 4 times as
    many. pooling: "max" or "average".
    """
    return _stages(1, layers, kernel_size, channels, pooling, windows=(2, 2, 1))


def three_stage_photo(
    layers: int = 4, kernel_size: int = 5, channels: int = 32, pooling: str = "max"
) -> nn.Module:
    """The tutorials' small convolutional network sized up for photos: 128 x 128 pixels in colour,
    twice the channels, pooling over 4 x 4; after LeCun et al. 1998, doi:10.1109/5.726791.

    float32 (B, 3, 128, 128) -> (B, 4 * channels * 4 * 4). The options are those of `three_stage`.
    """
    return _stages(3, layers, kernel_size, channels, pooling, windows=(4, 4, 2))


def options(channels: int) -> dict[str, Option]:
    """channels: how many the first stage has if nothing is chosen."""
    return {
        "layers": Option(
            4,
            gettext_noop("Convolution layers"),
            gettext_noop("How many there are in the three stages together."),
            min=3,
            max=9,
        ),
        "kernel_size": Option(
            5,
            gettext_noop("Kernel size"),
            gettext_noop("How many pixels wide and high the part is that a convolution looks at."),
            choices=(3, 5, 7),
        ),
        "channels": Option(
            channels,
            gettext_noop("Channels"),
            gettext_noop("Of the first stage; the second has twice, the third four times as many."),
            choices=(8, 16, 32, 64),
        ),
        "pooling": Option(
            "max",
            gettext_noop("Pooling"),
            gettext_noop("What is kept of neighbouring values: the largest or their average."),
            choices=tuple(_POOLS),
        ),
    }


def _stages(
    colours: int, layers: int, kernel_size: int, channels: int, pooling: str, windows: Sequence[int]
) -> nn.Module:
    """windows: over how many pixels, in width and height, each stage pools at its end."""
    stages = OrderedDict[str, nn.Module]()
    wide = colours
    for stage, window in enumerate(windows):
        narrow, wide = wide, channels * 2**stage
        inputs = [narrow] + [wide] * (_convolutions(layers, stage) - 1)
        parts: list[nn.Module] = []
        for size in inputs:
            parts += [nn.Conv2d(size, wide, kernel_size, padding=kernel_size // 2), nn.ReLU()]
        if window > 1:
            parts.append(_POOLS[pooling](window))
        stages[f"stage{stage + 1}"] = nn.Sequential(*parts)
    stages["flatten"] = nn.Flatten()
    return nn.Sequential(stages)


def _convolutions(layers: int, stage: int) -> int:
    """One in each stage; the others go to the second, the third, the first, the second ..."""
    whole, rest = divmod(layers, 3)
    return whole + ((stage - 1) % 3 < rest)
