"""How accurate networks are on ImageNet, as those say who published their weights."""

from __future__ import annotations

from torchvision import models

from recognition.cnn.diagrams.stored import Published
from recognition.cnn.diagrams.traced import on_meta, traced
from recognition.cnn.networks.entry import Download, Network

# github.com/tensorflow/tpu, models/official/efficientnet/lite, README.md: "FP32 accuracy".
_LITE = {"lite0": (0.751, 224), "lite1": (0.767, 240), "lite2": (0.776, 260)}
_OF_ANOTHER = ("resnet50_dilated",)  # its weights were published, and measured, without dilation


def published(network: Network, multiply_adds: int) -> Published | None:
    """None where nobody published a figure for the network as it is built here.

    multiply_adds: for pictures as Ark gives it.
    """
    if network.name in _LITE:
        top1, side = _LITE[network.name]
    elif isinstance(network.weights, Download) and network.name not in _OF_ANOTHER:
        meta = models.get_weight(network.weights.name).meta
        top1 = round(meta["_metrics"]["ImageNet-1K"]["acc@1"] / 100, 5)
        side = network.preprocessing.crop
    else:
        return None
    if side != network.preprocessing.crop:
        steps = traced(on_meta(network.build), network.example(side).to("meta"))
        multiply_adds = sum(step.multiply_adds for step in steps)
    return Published(top1, side, multiply_adds)
