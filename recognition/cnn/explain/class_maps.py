"""Class-activation maps: how much each place of a photo speaks for a label, in nats.

A label's logit is a log-sum-exp over the logits of its classes. With s for the shares that its
classes have in it, that is exactly

    sum of s x logits + entropy of s,

and a class's logit is a sum over the places of the last feature maps wherever the network pools or
flattens them and goes on linearly. So the map of a label is the sum of its classes' class
activation maps (Zhou et al. 2016, arXiv:1512.04150), each as strong as its share, and what it does
not place, the biases and the entropy, is one number beside it. Nothing is left out.

Against rivals: what speaks for them is taken away in the same manner. The sum is then the
logarithm of the odds of the label against its rivals, log p / (1 - p) if those are all others. Its
gradient is that of log p divided by 1 - p, so the map is the same and stays readable where p is
close to 1.

Where non-linear layers follow the maps, each place counts by its gradient times its value
(HiResCAM, Draelos and Carin 2020, arXiv:2011.08891). Grad-CAM (Selvaraju et al. 2017,
arXiv:1610.02391) takes one gradient for all places, their mean: the same behind pooling, and wrong
behind flattening, where the weights differ from place to place. Measured in
docs/decisions/class-maps.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from recognition.cnn.explain.explained import ClassMap
from recognition.cnn.explain.last_maps import find_ends, kept_maps
from recognition.cnn.pixels.preprocessing import Preprocessing
from recognition.cnn.recogniser import Recogniser

_EXACT = 1e-4  # of all that is added up; float32 is not surer


class Question(NamedTuple):
    """What speaks for these classes, against those: all others if None, nothing if empty."""

    classes: Sequence[int]
    rivals: Sequence[int] | None = None


class Maps(NamedTuple):
    """maps: one a question. fine_logits: float32 (classes,)."""

    maps: tuple[ClassMap, ...]
    fine_logits: npt.NDArray[np.float32]


class MapMaker:
    """Makes the maps of one network, in one thread at a time."""

    def __init__(self, model: Recogniser, preprocessing: Preprocessing) -> None:
        """model: in evaluation mode; its parameters get no gradients from now on.

        Raises ValueError for a network that has no feature maps.
        """
        self._model = model.requires_grad_(False)
        self.side = preprocessing.crop
        channels = 1 if preprocessing.greyscale else 3
        example = torch.zeros(1, channels, self.side, self.side)
        self._ends = find_ends(model.backbone, example.to(model.mean.device))

    def maps(self, pixels: npt.NDArray[np.uint8], questions: Sequence[Question]) -> Maps:
        """pixels: (crop, crop, 3), RGB, as the network sees a photo or a subject in it."""
        batch = torch.tensor(pixels, device=self._model.mean.device)[None]
        with torch.enable_grad(), kept_maps(self._model.backbone, self._ends) as features:
            embedding = self._model.embed(batch)[0]
        fine_logits = self._model.head.fine(embedding.detach())
        maps = (self._map(question, features, embedding, fine_logits) for question in questions)
        return Maps(tuple(maps), fine_logits.cpu().numpy())

    def _map(
        self, question: Question, features: list[Tensor], embedding: Tensor, fine_logits: Tensor
    ) -> ClassMap:
        head = self._model.head
        logits = (fine_logits / head.temperature + head.log_class_weights).double()
        shares, score, entropy = _speaking(logits, *_numbers(question, len(logits)))
        direction = (shares.float() @ head.fine.weight) / head.temperature
        gradients = torch.autograd.grad(embedding, features, direction, retain_graph=True)
        parts = [
            gradient * maps.detach() for gradient, maps in zip(gradients, features, strict=True)
        ]
        values = _in_one_grid([part.sum(dim=1) for part in parts])
        constant = score - float(values.sum())
        biases = shares * (head.fine.bias / head.temperature + head.log_class_weights)
        added_up = sum(float(part.abs().sum()) for part in [*parts, biases])
        is_exact = abs(constant - float(biases.sum()) - entropy) <= _EXACT * added_up
        return ClassMap(values.cpu().numpy(), score, constant, is_exact)


def _numbers(question: Question, count: int) -> tuple[list[int], list[int]]:
    """The classes and their rivals."""
    classes = list(question.classes)
    if not classes:
        raise ValueError("a label without classes is nothing that the network says")
    if question.rivals is None:
        return classes, sorted(set(range(count)) - set(classes))
    return classes, list(question.rivals)


def _speaking(logits: Tensor, classes: list[int], rivals: list[int]) -> tuple[Tensor, float, float]:
    """How strongly each class speaks, (classes,), below 0 for rivals; the score; and what of it is
    the entropy of the shares."""
    shares = torch.zeros_like(logits)
    score = entropy = 0.0
    for numbers, sign in ((classes, 1), (rivals, -1)):
        if numbers:
            own = logits[numbers].softmax(dim=0)
            shares[numbers] += sign * own
            score += sign * float(logits[numbers].logsumexp(dim=0))
            entropy -= sign * float(torch.special.xlogy(own, own).sum())
    return shares, score, entropy


def _in_one_grid(maps: Sequence[Tensor]) -> Tensor:
    """(1, h, w) of several scales -> (h, w) of the finest one, each with the sum that it had."""
    finest = max((tuple(each.shape[1:]) for each in maps), key=lambda size: size[0] * size[1])
    together = torch.zeros(finest, device=maps[0].device)
    for each in maps:
        wide = functional.interpolate(each[None], finest, mode="nearest-exact")[0, 0]
        wide = wide * (each[0].numel() / wide.numel())
        # Where a grid is no multiple of another one, a little is missing or too much.
        together += wide + (each.sum() - wide.sum()) / wide.numel()
    return together
