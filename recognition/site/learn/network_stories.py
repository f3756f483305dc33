"""What each network of the museum brought, and where it was published."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_LECUN = "Yann LeCun, Léon Bottou, Yoshua Bengio, Patrick Haffner"
_HE = "Kaiming He, Xiangyu Zhang, Shaoqing Ren, Jian Sun"
_TAN = "Mingxing Tan, Quoc V. Le"


class Paper(NamedTuple):
    authors: str
    title: str
    year: int
    link: str


class Story(NamedTuple):
    """brought: what was new about it, in two or three sentences."""

    brought: str | Promise
    papers: tuple[Paper, ...]


_LENET = Paper(
    _LECUN,
    "Gradient-based learning applied to document recognition",
    1998,
    "https://doi.org/10.1109/5.726791",
)
_RESNET = Paper(
    _HE, "Deep residual learning for image recognition", 2016, "https://arxiv.org/abs/1512.03385"
)
_EFFICIENTNET = Paper(
    _TAN,
    "EfficientNet: Rethinking model scaling for convolutional neural networks",
    2019,
    "https://arxiv.org/abs/1905.11946",
)
_LITE = Paper(
    "Renjie Liu",
    "Higher accuracy on vision models with EfficientNet-Lite",
    2020,
    "https://blog.tensorflow.org/2020/03/higher-accuracy-on-vision-models-with-efficientnet-lite.html",
)
_OF_LITE = (_LITE, _EFFICIENTNET)

STORIES = {
    "lenet5": Story(
        _(
            "Before it, people thought up what to look for in a picture. LeNet-5 learnt its own "
            "small patterns from examples, used each of them everywhere in the picture, and made "
            "the map smaller between the steps. Every network in this museum still does these "
            "three things."
        ),
        (_LENET,),
    ),
    "three_stage": Story(
        _(
            "It is no network of a publication but the one that tutorials draw: convolution, ReLU "
            "and pooling, three times, then one long row of numbers. It is small enough to change "
            "a part and see in minutes what that does."
        ),
        (_LENET,),
    ),
    "three_stage_photo": Story(
        _(
            "The same plan for larger pictures in colour. It needs larger pooling windows, so that "
            "the long row of numbers at its end does not grow with the picture."
        ),
        (_LENET,),
    ),
    "alexnet": Story(
        _(
            "It showed that a large network wins if it has a million labelled photos and graphics "
            "cards to learn from them. ReLU in place of smooth curves made learning several times "
            "faster, and dropout kept it from learning the photos by heart."
        ),
        (
            Paper(
                "Alex Krizhevsky, Ilya Sutskever, Geoffrey E. Hinton",
                "ImageNet classification with deep convolutional neural networks",
                2012,
                "https://doi.org/10.1145/3065386",
            ),
        ),
    ),
    "vgg16": Story(
        _(
            "It asked what depth alone can do, and used one kind of convolution for everything: "
            "3 × 3. Two of them, one after the other, see 5 × 5 pixels; three see 7 × 7, with "
            "fewer parameters than one large kernel."
        ),
        (
            Paper(
                "Karen Simonyan, Andrew Zisserman",
                "Very deep convolutional networks for large-scale image recognition",
                2015,
                "https://arxiv.org/abs/1409.1556",
            ),
        ),
    ),
    "googlenet": Story(
        _(
            "A thing may be small or large in a photo, so each module looks with kernels of "
            "several sizes at once and stacks what they find. Convolutions of 1 × 1 make the map "
            "thin first, which keeps this affordable. At the end, averages replace the huge linear "
            "layers of the networks before it."
        ),
        (
            Paper(
                "Christian Szegedy, Wei Liu, Yangqing Jia, Pierre Sermanet, Scott Reed, Dragomir "
                "Anguelov, Dumitru Erhan, Vincent Vanhoucke, Andrew Rabinovich",
                "Going deeper with convolutions",
                2015,
                "https://arxiv.org/abs/1409.4842",
            ),
        ),
    ),
    "inception_v3": Story(
        _(
            "It gave rules for spending arithmetic well: replace a large kernel by several small "
            "or thin ones, and never squeeze a map suddenly. Batch normalisation everywhere, and "
            "labels that are not taken for quite certain, made it learn better."
        ),
        (
            Paper(
                "Christian Szegedy, Vincent Vanhoucke, Sergey Ioffe, Jonathon Shlens, Zbigniew "
                "Wojna",
                "Rethinking the Inception architecture for computer vision",
                2016,
                "https://arxiv.org/abs/1512.00567",
            ),
        ),
    ),
    "resnet18": Story(
        _(
            "More layers had made networks worse, even on the photos they learn from. A ResNet "
            "adds the input of each block to its result, so that a block that has nothing to say "
            "can leave the map as it is. Since then networks can be as deep as one likes."
        ),
        (_RESNET,),
    ),
    "resnet50": Story(
        _(
            "The same idea with a bottleneck: the costly 3 × 3 convolution works on a quarter of "
            "the channels, between two cheap 1 × 1 convolutions. That pays for 50 layers."
        ),
        (_RESNET,),
    ),
    "resnet50_dilated": Story(
        _(
            "Each halving of the map loses where exactly things are. Here the kernels have gaps "
            "instead: they take every second or fourth pixel and see as far as before, while the "
            "map stays fine. This is how networks that outline things often work."
        ),
        (
            Paper(
                "Fisher Yu, Vladlen Koltun, Thomas Funkhouser",
                "Dilated residual networks",
                2017,
                "https://arxiv.org/abs/1705.09914",
            ),
            _RESNET,
        ),
    ),
    "resnet18_simam": Story(
        _(
            "Attention usually costs layers of its own. SimAM takes a formula from neuroscience "
            "instead: a value that differs from the rest of its channel matters more. It weighs "
            "each value at each place without a single learnt number."
        ),
        (
            Paper(
                "Lingxiao Yang, Ru-Yuan Zhang, Lida Li, Xiaohua Xie",
                "SimAM: A simple, parameter-free attention module for convolutional neural "
                "networks",
                2021,
                "https://proceedings.mlr.press/v139/yang21o.html",
            ),
            _RESNET,
        ),
    ),
    "densenet121": Story(
        _(
            "If one shortcut helps, why not all of them? In a dense block each layer reads "
            "everything found before and adds only a little. Nothing has to be found twice, so "
            "the layers can be thin."
        ),
        (
            Paper(
                "Gao Huang, Zhuang Liu, Laurens van der Maaten, Kilian Q. Weinberger",
                "Densely connected convolutional networks",
                2017,
                "https://arxiv.org/abs/1608.06993",
            ),
        ),
    ),
    "fpn_resnet18": Story(
        _(
            "Late maps know what there is, early maps know where. A feature pyramid adds each late "
            "map, enlarged, to the earlier one, so that every size of map knows both. Small things "
            "are then found on the fine maps and large things on the coarse ones."
        ),
        (
            Paper(
                "Tsung-Yi Lin, Piotr Dollár, Ross Girshick, Kaiming He, Bharath Hariharan, Serge "
                "Belongie",
                "Feature pyramid networks for object detection",
                2017,
                "https://arxiv.org/abs/1612.03144",
            ),
            _RESNET,
        ),
    ),
    "mobilenet_v3": Story(
        _(
            "It made recognition run on phones. Each block widens a thin map, filters every "
            "channel by itself, and makes it thin again, for a small part of the usual "
            "arithmetic. A computer searched for the widths and kernels; people then polished "
            "the first and last layers."
        ),
        (
            Paper(
                "Andrew Howard, Mark Sandler, Grace Chu, Liang-Chieh Chen, Bo Chen, Mingxing Tan, "
                "Weijun Wang, Yukun Zhu, Ruoming Pang, Vijay Vasudevan, Quoc V. Le, Hartwig Adam",
                "Searching for MobileNetV3",
                2019,
                "https://arxiv.org/abs/1905.02244",
            ),
        ),
    ),
    "efficientnet_b0": Story(
        _(
            "Networks had been made better by more layers, or more channels, or larger pictures. "
            "EfficientNet grows all three together in a fixed ratio, from this small network that "
            "a search had found. It reached the accuracy of much larger networks."
        ),
        (_EFFICIENTNET,),
    ),
    "lite0": Story(
        _(
            "The best parts of a network are of no use where a simple processor is slow at them. "
            "The Lite family leaves those out, weighing of channels above all, and loses little. "
            "That is why Ark answers quickly without a graphics card."
        ),
        _OF_LITE,
    ),
    "lite1": Story(
        _(
            "One step along EfficientNet’s ratio: more layers and larger pictures. First and last "
            "layers stay as they were, so that it remains small."
        ),
        _OF_LITE,
    ),
    "lite2": Story(
        _(
            "Two steps along the ratio: also a little wider. Compare the three Lite networks to "
            "see what each step of cost buys."
        ),
        _OF_LITE,
    ),
    "convnext_tiny": Story(
        _(
            "Transformers had overtaken convolutional networks. Its authors gave a ResNet, one by "
            "one, the habits of a transformer: large kernels, few activations, layer "
            "normalisation. Plain convolutions were then as accurate again."
        ),
        (
            Paper(
                "Zhuang Liu, Hanzi Mao, Chao-Yuan Wu, Christoph Feichtenhofer, Trevor Darrell, "
                "Saining Xie",
                "A ConvNet for the 2020s",
                2022,
                "https://arxiv.org/abs/2201.03545",
            ),
        ),
    ),
    "nanodet_g": Story(
        _(
            "The other networks say what a photo shows; this one says where. On maps of three "
            "sizes every place proposes a box: what stands there, and how far it is to each of "
            "the four sides. It needs no list of prepared boxes and is small enough for a phone."
        ),
        (
            Paper("RangiLyu", "NanoDet", 2021, "https://github.com/RangiLyu/nanodet"),
            Paper(
                "Xiang Li, Wenhai Wang, Lijun Wu, Shuo Chen, Xiaolin Hu, Jun Li, Jinhui Tang, Jian "
                "Yang",
                "Generalized focal loss: Learning qualified and distributed bounding boxes for "
                "dense object detection",
                2020,
                "https://arxiv.org/abs/2006.04388",
            ),
            Paper(
                "Chien-Yao Wang, Hong-Yuan Mark Liao, I-Hau Yeh, Yueh-Hua Wu, Ping-Yang Chen, "
                "Jun-Wei Hsieh",
                "CSPNet: A new backbone that can enhance learning capability of CNN",
                2020,
                "https://arxiv.org/abs/1911.11929",
            ),
            Paper(
                "Shu Liu, Lu Qi, Haifang Qin, Jianping Shi, Jiaya Jia",
                "Path aggregation network for instance segmentation",
                2018,
                "https://arxiv.org/abs/1803.01534",
            ),
        ),
    ),
}

FINDER_IDEA = _(
    "Says where in a photo animals and vehicles stand, before the network looks closer."
)
