"""The finders' networks: pixels in, candidates out, whoever made them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.models import detection

from recognition.cnn.finder.catalogue import Finder
from recognition.cnn.finder.coco import COCO_NUMBERS
from recognition.cnn.finder.detections import MIN_SCORE
from recognition.cnn.finder.nanodet import Candidates, NanoDet

_CANDIDATES = 100  # of torchvision's detectors, which suppress what overlaps by themselves


def build(finder: Finder) -> nn.Module:
    """With random weights, in evaluation mode. Takes uint8 (B, side, side, 3) and gives Candidates
    in pixels of the square."""
    model = TorchvisionDetector(finder) if finder.weights else NanoDet()
    return model.eval()


class TorchvisionDetector(nn.Module):
    """A detector of torchvision (`catalogue.py` names it), which gives candidates like the others.

    SSDLite: Howard et al. 2019 (arXiv:1905.02244), after Liu et al. 2016 (arXiv:1512.02325).
    Faster R-CNN: Ren et al. 2015 (arXiv:1506.01497), with a feature pyramid (Lin et al. 2017,
    arXiv:1612.03144); version 2 after Li et al. 2021 (arXiv:2111.11429).
    """

    def __init__(self, finder: Finder) -> None:
        super().__init__()
        builder: Callable[..., nn.Module] = getattr(detection, finder.name)
        self.detector = builder(weights=None, weights_backbone=None, **_options(finder))
        self.numbers = COCO_NUMBERS

    def forward(self, pixels: Tensor) -> Candidates:
        """pixels: uint8 (B, side, side, 3), RGB."""
        images = pixels.permute(0, 3, 1, 2).float() / 255
        found = [self._candidates(answer) for answer in self.detector(list(images))]
        return Candidates(*(torch.stack(parts) for parts in zip(*found, strict=True)))

    def _candidates(self, answer: dict[str, Tensor]) -> Candidates:
        """Of one photo, always as many: the rest have a score of 0."""
        boxes, labels, scores = (answer[name].float() for name in ("boxes", "labels", "scores"))
        count = len(scores)
        places = torch.zeros(_CANDIDATES, 1 + COCO_NUMBERS[-1], device=scores.device)
        places[torch.arange(count, device=scores.device), labels.long()] = scores
        padded = torch.zeros(_CANDIDATES, 4, device=boxes.device)
        padded[:count] = boxes
        return Candidates(places[:, list(self.numbers)], padded)


def _options(finder: Finder) -> dict[str, Any]:
    if finder.name.startswith("ssdlite"):
        return {"score_thresh": MIN_SCORE, "detections_per_img": _CANDIDATES}
    return {
        "box_score_thresh": MIN_SCORE,
        "box_detections_per_img": _CANDIDATES,
        "min_size": finder.side,
        "max_size": finder.side,
    }
