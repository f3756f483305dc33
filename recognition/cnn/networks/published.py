"""Backbones that torchvision and timm implement, each without its classifier."""

from __future__ import annotations

from collections.abc import Callable

import timm
from torch import nn
from torchvision import models
from torchvision.models.mobilenetv3 import mobilenet_v3_large

from recognition.cnn.networks.cut import without_classifier


def alexnet() -> nn.Module:
    """Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with deep convolutional
    neural networks", NIPS 2012, doi:10.1145/3065386.

    (B, 3, 224, 224) -> (B, 4096). torchvision's has the channels of Krizhevsky's later version for
    one GPU, arXiv:1404.5997.
    """
    return without_classifier(models.alexnet())


def vgg16() -> nn.Module:
    """Simonyan and Zisserman 2015, "Very deep convolutional networks for large-scale image
    recognition", arXiv:1409.1556.

    (B, 3, 224, 224) -> (B, 4096).
    """
    return without_classifier(models.vgg16())


def googlenet() -> nn.Module:
    """Szegedy et al. 2015, "Going deeper with convolutions", arXiv:1409.4842.

    (B, 3, 224, 224) -> (B, 1024). Without the two auxiliary classifiers, which only helped
    training before there was batch normalisation; torchvision's has that.
    """
    return without_classifier(models.googlenet(aux_logits=False, init_weights=True))


def inception_v3() -> nn.Module:
    """Szegedy, Vanhoucke, Ioffe, Shlens and Wojna 2016, "Rethinking the Inception architecture for
    computer vision", arXiv:1512.00567.

    (B, 3, 299, 299) -> (B, 2048). Without the auxiliary classifier.
    """
    return without_classifier(models.inception_v3(aux_logits=False, init_weights=True))


def resnet18() -> nn.Module:
    """He, Zhang, Ren and Sun 2016, "Deep residual learning for image recognition",
    arXiv:1512.03385.

    (B, 3, 224, 224) -> (B, 512).
    """
    return without_classifier(models.resnet18())


def resnet50() -> nn.Module:
    """He, Zhang, Ren and Sun 2016, "Deep residual learning for image recognition",
    arXiv:1512.03385.

    (B, 3, 224, 224) -> (B, 2048).
    """
    return without_classifier(models.resnet50())


def resnet50_dilated() -> nn.Module:
    """Yu, Koltun and Funkhouser 2017, "Dilated residual networks", arXiv:1705.09914; in the
    ResNet-50 of He et al. 2016, arXiv:1512.03385.

    (B, 3, 224, 224) -> (B, 2048). The last two stages keep their 28 x 28 pixels; their convolutions
    are dilated by 2 and 4 instead, so that each sees as much of the photo as before.
    """
    return without_classifier(models.resnet50(replace_stride_with_dilation=[False, True, True]))


def densenet121() -> nn.Module:
    """Huang, Liu, van der Maaten and Weinberger 2017, "Densely connected convolutional networks",
    arXiv:1608.06993.

    (B, 3, 224, 224) -> (B, 1024).
    """
    return without_classifier(models.densenet121())


def mobilenet_v3() -> nn.Module:
    """Howard et al. 2019, "Searching for MobileNetV3", arXiv:1905.02244.

    The large one: (B, 3, 224, 224) -> (B, 1280).
    """
    return without_classifier(mobilenet_v3_large())


def efficientnet_b0() -> nn.Module:
    """Tan and Le 2019, "EfficientNet: Rethinking model scaling for convolutional neural networks",
    arXiv:1905.11946.

    (B, 3, 224, 224) -> (B, 1280).
    """
    return without_classifier(models.efficientnet_b0())


def convnext_tiny() -> nn.Module:
    """Liu et al. 2022, "A ConvNet for the 2020s", arXiv:2201.03545.

    (B, 3, 224, 224) -> (B, 768).
    """
    return without_classifier(models.convnext_tiny())


def efficientnet_lite(variant: int) -> Callable[[], nn.Module]:
    """A builder of EfficientNet-Lite `variant`, 0 to 2."""

    def build() -> nn.Module:
        """Liu 2020, "Higher accuracy on vision models with EfficientNet-Lite", TensorFlow blog;
        the EfficientNet of Tan and Le 2019, arXiv:1905.11946, without squeeze-and-excitation and
        with ReLU6.

        (B, 3, crop, crop) -> (B, 1280).
        """
        backbone: nn.Module = timm.create_model(f"tf_efficientnet_lite{variant}", num_classes=0)
        return backbone

    return build
