"""SimAM, an attention that has no parameters, in a ResNet-18."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torchvision import models
from torchvision.models.resnet import BasicBlock

from recognition.cnn.networks.cut import without_classifier


class SimAM(nn.Module):
    """Weighs each value by how far it stands out from its channel: equation 5 of the paper.

    smoothing: the paper's lambda.
    """

    def __init__(self, smoothing: float = 1e-4) -> None:
        super().__init__()
        self.smoothing = smoothing

    def forward(self, features: Tensor) -> Tensor:
        """(B, channels, H, W) -> the same shape."""
        others = max(features.shape[2] * features.shape[3] - 1, 1)
        distance = (features - features.mean(dim=(2, 3), keepdim=True)).square()
        variance = distance.sum(dim=(2, 3), keepdim=True) / others
        stands_out = distance / (4 * (variance + self.smoothing)) + 0.5
        return features * torch.sigmoid(stands_out)


class SimAMBlock(BasicBlock):
    """ResNet's basic block whose second convolution is weighed by SimAM, as in the paper."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.attention = SimAM()

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        features = self.relu(self.bn1(self.conv1(x)))
        features = self.attention(self.bn2(self.conv2(features)))
        added: Tensor = self.relu(features + shortcut)
        return added


def resnet18_simam() -> nn.Module:
    """Yang, Zhang, Li and Xie 2021, "SimAM: A simple, parameter-free attention module for
    convolutional neural networks", ICML 2021, proceedings.mlr.press/v139/yang21o.html; in the
    ResNet-18 of He et al. 2016, arXiv:1512.03385.

    float32 (B, 3, 224, 224) -> (B, 512).
    """
    return without_classifier(models.ResNet(SimAMBlock, [2, 2, 2, 2]))
