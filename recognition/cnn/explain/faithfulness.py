"""Whether a map tells the truth: what the network says when it sees only the hottest part of the
photo, and when it sees all but that part. Torch-free.

What is hidden is blurred, not painted over: paint has edges and a colour that the network has an
opinion of (hiding scattered pixels at random under the mean colour cost a tenth of the probability,
blurring them a hundredth). It is blurred as little as it takes that the network does not recognise
the whole square any more. Beside it stand masks of the same outline elsewhere in the photo, since a
mask costs something wherever it lies, and how much depends on its shape.
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
# Standard deviations in parts of the side. The first leaves colours and no shapes of a photo; what
# is made of few pixels, such as a digit, needs more.
_BLURS = (1 / 16, 1 / 8, 1 / 4, 1 / 2)
_UNRECOGNISED = 0.2  # of the probability that the label had, or less
_BATCH = 16

Pixels = npt.NDArray[np.uint8]
# The probability of one label in each of B squares, uint8 (B, side, side, 3) -> (B,).
Probability = Callable[[Pixels], npt.NDArray[np.floating]]


class Check(NamedTuple):
    """Probabilities of the label. before: of the whole square. hidden: with all of it blurred.
    alone, masked: of the hot part alone, and of all but it. random_alone, random_masked: means of
    the same over other places."""

    before: float
    hidden: float
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


def probability_of(
    engine: Engine,
    manifest: Manifest,
    classes: Sequence[int],
    among: Sequence[int] | None = None,
) -> Probability:
    """What an engine gives these classes together, of what it gives those `among` which they are:
    all, if not given."""
    numbers = list(classes)
    all_numbers = list(among) if among is not None else slice(None)

    def probability(pixels: Pixels) -> npt.NDArray[np.floating]:
        rows = (class_probabilities(row, manifest) for row in engine(pixels).fine_logits)
        return np.array([row[numbers].sum() / row[all_numbers].sum() for row in rows])

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
    before, hidden, at_hidden = _hide(pixels, probability)
    shown = []
    for mask in masks:
        shown += [mixed(hidden, pixels, mask), mixed(pixels, hidden, mask)]
    said = _said(probability, shown)
    alone, masked = said[0::2], said[1::2]
    return Check(before, at_hidden, alone[0], masked[0], _mean(alone[1:]), _mean(masked[1:]))


def alone_and_masked(
    pixels: Pixels, values: Values, probability: Probability, share: float = HOT_SHARE
) -> tuple[Pixels, Pixels]:
    """The square with its hot part alone, and with all but it, as `check` shows them."""
    hot = hottest(upsampled(values, len(pixels)), share)
    _before, hidden, _at_hidden = _hide(pixels, probability)
    return mixed(hidden, pixels, hot), mixed(pixels, hidden, hot)


def curves(pixels: Pixels, values: Values, probability: Probability, steps: int = _STEPS) -> Curves:
    """pixels, values: as above."""
    heat = upsampled(values, len(pixels))
    _before, hidden, _at_hidden = _hide(pixels, probability)
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


def blurred(pixels: Pixels, blur: float = _BLURS[0]) -> Pixels:
    """(side, side, 3). blur: a standard deviation in parts of the side."""
    picture = Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(blur * len(pixels)))
    return np.asarray(picture)


def mixed(base: Pixels, put_in: Pixels, mask: Mask) -> Pixels:
    """`put_in` where the mask is, the base elsewhere."""
    return np.where(mask[..., None], put_in, base)


def _hide(pixels: Pixels, probability: Probability) -> tuple[float, Pixels, float]:
    """The label's probability, the square with nothing recognisable in it, and what is left of the
    probability then."""
    squares = [blurred(pixels, blur) for blur in _BLURS]
    before, *left = _said(probability, [pixels, *squares])
    enough = (place for place, said in enumerate(left) if said <= _UNRECOGNISED * before)
    chosen = next(enough, int(np.argmin(left)))
    return before, squares[chosen], left[chosen]


def _said(probability: Probability, squares: Sequence[Pixels]) -> list[float]:
    said: list[float] = []
    for start in range(0, len(squares), _BATCH):
        said += map(float, probability(np.stack(squares[start : start + _BATCH])))
    return said


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
