"""What counts as right, too broad and wrong, and which of the subjects that stand in a photo were
found: without the product, so that it can be tested alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from recognition.cnn.pixels.boxes import Box

OVERLAP = 0.5  # intersection over union from which on two boxes are of the same subject
LARGE = 0.02  # of the picture: subjects that should be found
# A class of COCO, and the labels that people would call right for it. Labels below these are right
# too, labels above them too broad.
LABELS = {
    "bird": ("bird", "parrot", "owl", "eagle", "duck", "swan", "peacock", "penguin", "chicken"),
    "cat": ("cat",),
    "dog": ("dog",),
    "horse": ("horse",),
    "sheep": ("sheep",),
    "cow": ("cow",),
    "elephant": ("elephant",),
    "bear": ("bear", "panda"),
    "zebra": ("zebra",),
    "giraffe": ("giraffe", "other-animal"),  # ImageNet has none, so the first network neither
    "bicycle": ("bicycle",),
    "car": ("car", "ambulance", "camper"),
    "motorcycle": ("motorcycle",),
    "airplane": ("airplane",),
    "bus": ("bus",),
    "train": ("train", "tram"),
    "truck": ("truck", "fire-engine", "camper", "ambulance"),
    "boat": ("boat", "ship"),
}
RIGHT, BROAD, WRONG = "right", "broad", "wrong"


class Marked(NamedTuple):
    """A subject as people marked it: its class in COCO; left, top, right, bottom in parts of 1."""

    found: str
    box: tuple[float, float, float, float]

    @property
    def area(self) -> float:
        return Box(*self.box).area


class Judge:
    """Knows the tree of labels. parents: each label's parent or None, by slug."""

    def __init__(self, parents: Mapping[str, str | None]) -> None:
        self._parents = parents

    def verdict(self, said: str, accepted: Sequence[str]) -> str:
        """RIGHT, BROAD or WRONG."""
        if not self._lineage(said).isdisjoint(accepted):
            return RIGHT
        return BROAD if any(said in self._lineage(label) for label in accepted) else WRONG

    def _lineage(self, slug: str | None) -> set[str]:
        """The label and all above it."""
        found: set[str] = set()
        while slug and slug not in found:
            found.add(slug)
            slug = self._parents.get(slug)
        return found


@dataclass
class Tally:
    """How often an answer was right, too broad or wrong."""

    counts: dict[str, int] = field(default_factory=lambda: {RIGHT: 0, BROAD: 0, WRONG: 0})

    def add(self, verdict: str) -> None:
        self.counts[verdict] += 1

    @property
    def photos(self) -> int:
        return sum(self.counts.values())

    def __str__(self) -> str:
        if not self.photos:
            return "none"
        text = f"{self.counts[RIGHT] / self.photos:.1%} of {self.photos}"
        broad = self.counts[BROAD] / self.photos
        return f"{text}, and {broad:.1%} right but broad" if broad else text


def tally(verdicts: Iterable[str]) -> Tally:
    counted = Tally()
    for verdict in verdicts:
        counted.add(verdict)
    return counted


@dataclass
class Finding:
    """Of the large subjects that people marked: how many a box was found for, and with the right
    label. Of the boxes that were found: right and wrong ones. A right box of a smaller subject is
    neither."""

    marked: int = 0
    located: int = 0
    labelled: int = 0
    right: int = 0
    wrong: int = 0
    broad: int = 0

    def add(self, marked: Sequence[Marked], subjects: Sequence[dict[str, Any]], by: Judge) -> None:
        """subjects: of one photo, as the API tells them, the main one first."""
        left = list(marked)
        self.marked += sum(one.area > LARGE for one in marked)
        for subject in subjects:
            one = _best(left, subject, by)
            if one is None:
                self.wrong += 1
                continue
            left.remove(one)
            self._note(by.verdict(subject["label"], LABELS[one.found]), one.area > LARGE)

    def _note(self, verdict: str, is_large: bool) -> None:
        self.located += is_large
        self.labelled += is_large and verdict == RIGHT
        self.right += is_large and verdict == RIGHT
        self.wrong += verdict == WRONG
        self.broad += verdict == BROAD

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.labelled / max(1, self.marked)


def _best(left: Sequence[Marked], subject: dict[str, Any], by: Judge) -> Marked | None:
    """The marked subject that a box is about: of those that it overlaps enough, one that the label
    fits before one that overlaps more."""
    near = [one for one in left if overlap(one.box, subject["box"]) >= OVERLAP]
    return max(
        near,
        key=lambda one: (
            by.verdict(subject["label"], LABELS[one.found]) == RIGHT,
            overlap(one.box, subject["box"]),
        ),
        default=None,
    )


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    return Box(*one).overlap(Box(*other))
