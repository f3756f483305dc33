"""How narrow an answer can be: where no label is sure enough, a group above the best one may be.

A group's probability is the sum of those of the labels below it, as far as they are among the five
best, which are all that is stored. So it is a lower bound, the same whenever it is worked out, and
what people see in the list adds up to it. Torch-free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

# A label is answered from here on, whatever stands above it. (Chosen on real photographs:
# docs/decisions/taxonomy.md.)
ENOUGH = 0.3
# Below that, the nearest group above it that reaches this.
CLEARLY = 0.7

Upwards = Mapping[str, Sequence[str]]  # by slug: the label itself, then what stands above it


class Step(NamedTuple):
    """A label or group that can be answered, and how sure that is (0 to 1)."""

    slug: str
    confidence: float


def steps(top: Sequence[tuple[str, float]], upwards: Upwards) -> list[Step]:
    """The best label and the groups above it, narrowest first.

    top: the best labels with their probabilities, best first. Of a label that stands above others
    it is the sum as well: an owl is a bird.
    """
    if not top:
        return []
    best = top[0][0]
    return [Step(slug, _summed(slug, top, upwards)) for slug in upwards.get(best, (best,))]


def narrowest(found: Sequence[Step]) -> Step:
    """What is answered where nothing is promised. `found` is not empty."""
    if found[0].confidence >= ENOUGH:
        return found[0]
    return next((step for step in found[1:] if step.confidence >= CLEARLY), found[0])


def promised(
    found: Sequence[Step], labels: Mapping[str, float], groups: Mapping[str, float]
) -> Step | None:
    """The narrowest that the accuracy promise accepts, if any.

    labels: the least confidence from which on a best label is accepted, by slug; groups: likewise
    of what stands above it.
    """
    never = float("inf")
    floors = (labels if not place else groups for place in range(len(found)))
    accepted = (
        step
        for step, floor in zip(found, floors, strict=True)
        if step.confidence >= floor.get(step.slug, never)
    )
    return next(accepted, None)


def _summed(slug: str, top: Sequence[tuple[str, float]], upwards: Upwards) -> float:
    below = (share for label, share in top if slug in upwards.get(label, (label,)))
    return min(1.0, sum(below))  # of rounded numbers it may be a little more
