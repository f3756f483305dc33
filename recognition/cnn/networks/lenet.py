"""LeNet-5."""

from __future__ import annotations

from collections import OrderedDict

from torch import nn


def lenet5() -> nn.Module:
    """LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document
    recognition", doi:10.1109/5.726791.

    float32 (B, 1, 28, 28) -> (B, 84). The paper frames 28 x 28 characters with 2 pixels on each
    side; here the first convolution pads them. Its subsampling is plain average pooling here, and
    its output of radial basis functions a linear layer, as everywhere today. Weights begin as
    Glorot and Bengio 2010 (AISTATS) advise for tanh: with PyTorch's usual ones, meant for ReLU, it
    ends about one point of accuracy lower on the 8 x 8 digits.
    """
    layers: dict[str, nn.Module] = {
        "conv1": nn.Conv2d(1, 6, kernel_size=5, padding=2),
        "tanh1": nn.Tanh(),
        "pool1": nn.AvgPool2d(2),
        "conv2": nn.Conv2d(6, 16, kernel_size=5),
        "tanh2": nn.Tanh(),
        "pool2": nn.AvgPool2d(2),
        "conv3": nn.Conv2d(16, 120, kernel_size=5),
        "tanh3": nn.Tanh(),
        "flatten": nn.Flatten(),
        "linear": nn.Linear(120, 84),
        "tanh4": nn.Tanh(),
    }
    for layer in layers.values():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight, nn.init.calculate_gain("tanh"))
            assert layer.bias is not None  # noqa: S101
            nn.init.zeros_(layer.bias)
    return nn.Sequential(OrderedDict(layers))
