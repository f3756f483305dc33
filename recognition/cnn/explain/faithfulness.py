"""Whether a map tells the truth: what the network says when it sees only the hottest part of the
photo, and when it sees all but that part. Torch-free.

What is hidden is blurred, not painted over: paint has edges and a colour that the network has an
opinion of (hiding scattered pixels at random under the mean colour cost a tenth of the probability,
blurring them a hundredth). Beside it stand masks of the same outline elsewhere in the photo, since
a mask costs something wherever it lies, and it depends on its shape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from recognition.cnn.explain.classes import class_probabilities
from recognition.cnn.explain.placing import Mask, Values, hottest, upsampled
from recognition.cnn.manifest import Manifest
from recognition.cnn.serving.outputs import Engine

HOT_SHARE = 0.2  # of the pixels
_RANDOM_MASKS = 8
_STEPS = 20
_BLUR = 1 / 16  # of the side: a standard deviation that leaves colours and no shapes
_BATCH = 16

Pixels = npt.NDArray[np.uint8]
# The probability of one label in each of B squares, uint8 (B, side, side, 3) -> (B,).
Probability = Callable[[Pixels], npt.NDArray[np.floating]]


class Check(NamedTuple):
    """Probabilities of the label. before: of the whole square. alone, masked: of the hot part
    alone, and of all but it. random_alone, random_masked: means of the same over other places."""

    before: float
    alone: float
    masked: float
    random_alone: float
    random_masked: float

    @property
    def drop(self) -> float:
        """What hiding the hot part costs."""
        return self.before - self.masked

    @property
    def random_drop(self) -> float:
        """What hiding as much elsewhere costs."""
        return self.before - self.random_masked


class Curves(NamedTuple):
    """Insertion and deletion (Petsiuk et al. 2018, arXiv:1806.07421), the hottest first.

    shares: of the pixels, from 0 to 1. insertion, deletion: the probability of the label when so
        many are shown, or hidden.
    """

    shares: tuple[float, ...]
    insertion: tuple[float, ...]
    deletion: tuple[float, ...]

    @property
    def insertion_area(self) -> float:
        """Below the curve, 0 to 1; the larger the better."""
        return float(np.trapezoid(self.insertion, self.shares))

    @property
    def deletion_area(self) -> float:
        """Below the curve, 0 to 1; the smaller the better."""
        return float(np.trapezoid(self.deletion, self.shares))


def probability_of(engine: Engine, manifest: Manifest, classes: Sequence[int]) -> Probability:
    """What an engine gives these classes together."""
    numbers = list(classes)

    def probability(pixels: Pixels) -> npt.NDArray[np.floating]:
        rows = engine(pixels).fine_logits
        return np.array([class_probabilities(row, manifest)[numbers].sum() for row in rows])

    return probability


def check(
    pixels: Pixels,
    values: Values,
    probability: Probability,
    seed: int = 0,
    random_masks: int = _RANDOM_MASKS,
    share: float = HOT_SHARE,
) -> Check:
    """pixels: (side, side, 3), what the network saw. values: its map, in any grid."""
    hot = hottest(upsampled(values, len(pixels)), share)
    masks = [hot, *elsewhere(hot, random_masks, seed)]
    hidden = blurred(pixels)
    shown = [pixels]
    for mask in masks:
        shown += [mixed(hidden, pixels, mask), mixed(pixels, hidden, mask)]
    before, *said = _said(probability, shown)
    alone, masked = said[0::2], said[1::2]
    return Check(before, alone[0], masked[0], _mean(alone[1:]), _mean(masked[1:]))


def curves(pixels: Pixels, values: Values, probability: Probability, steps: int = _STEPS) -> Curves:
    """pixels, values: as above."""
    heat = upsampled(values, len(pixels))
    hidden = blurred(pixels)
    order = np.argsort(-heat, axis=None, kind="stable")
    rank = np.empty(heat.size, np.intp)
    rank[order] = np.arange(heat.size)
    shares = [step / steps for step in range(steps + 1)]
    masks = [(rank < round(share * heat.size)).reshape(heat.shape) for share in shares]
    inserted = _said(probability, [mixed(hidden, pixels, mask) for mask in masks])
    deleted = _said(probability, [mixed(pixels, hidden, mask) for mask in masks])
    return Curves(tuple(shares), tuple(inserted), tuple(deleted))


def elsewhere(mask: Mask, count: int, seed: int = 0) -> Iterator[Mask]:
    """Masks of the same outline and size at random places, every second one mirrored; what leaves
    the square on one side enters it on the other."""
    random = np.random.default_rng(seed)
    for number in range(count):
        shift = (int(random.integers(len(mask))), int(random.integers(mask.shape[1])))
        yield np.roll(mask[:, ::-1] if number % 2 else mask, shift, axis=(0, 1))


def blurred(pixels: Pixels) -> Pixels:
    """(side, side, 3), with nothing in it that could be recognised."""
    picture = Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(_BLUR * len(pixels)))
    return np.asarray(picture)


def mixed(base: Pixels, put_in: Pixels, mask: Mask) -> Pixels:
    """`put_in` where the mask is, the base elsewhere."""
    return np.where(mask[..., None], put_in, base)


def _said(probability: Probability, squares: Sequence[Pixels]) -> list[float]:
    said: list[float] = []
    for start in range(0, len(squares), _BATCH):
        said += map(float, probability(np.stack(squares[start : start + _BATCH])))
    return said


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
