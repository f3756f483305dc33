"""A classifier that looks at several scales at once."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torchvision import models
from torchvision.ops import FeaturePyramidNetwork

_CHANNELS = [64, 128, 256, 512]  # of ResNet-18's stages
_WIDTH = 256


class FeaturePyramid(nn.Module):
    """ResNet-18 below a feature pyramid; the embedding is the means of its levels."""

    def __init__(self) -> None:
        super().__init__()
        body = models.resnet18()
        self.stem = nn.Sequential(body.conv1, body.bn1, body.relu, body.maxpool)
        self.stages = nn.ModuleList([body.layer1, body.layer2, body.layer3, body.layer4])
        self.pyramid = FeaturePyramidNetwork(_CHANNELS, _WIDTH)
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())

    def forward(self, images: Tensor) -> Tensor:
        """float32 (B, 3, H, W) -> (B, 1024)."""
        features = self.stem(images)
        scales = OrderedDict[str, Tensor]()
        for number, stage in enumerate(self.stages):
            features = stage(features)
            scales[str(number)] = features
        levels = self.pyramid(scales).values()
        return torch.cat([self.pool(level) for level in levels], dim=1)


def fpn_resnet18() -> nn.Module:
    """Lin, Dollár, Girshick, He, Hariharan and Belongie 2017, "Feature pyramid networks for object
    detection", arXiv:1612.03144; here for classification, above the ResNet-18 of He et al. 2016,
    arXiv:1512.03385.

    float32 (B, 3, 224, 224) -> (B, 1024): 256 numbers for each of four scales.
    """
    return FeaturePyramid()
