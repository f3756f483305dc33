"""Object detection as Ultralytics' YOLO reads it (docs.ultralytics.com/datasets/detect): images and
labels by split, and dataset.yaml. What is neither vehicle nor animal is background: a photo without
boxes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from recognition.exchange.export_names import UniqueNames
from recognition.models import Kind, Split

DATASET = "dataset.yaml"
IMAGES, LABELS = "images", "labels"
_FOLDERS = {Split.TRAIN: "train", Split.VALIDATION: "val", Split.TEST: "test"}


class Names:
    """Where the photos go: no two of a split may have the same name without its suffix, by which
    labels are found."""

    def __init__(self) -> None:
        self._taken = {split: UniqueNames() for split in Split}

    def take(self, split: Split, name: str) -> str:
        path = PurePosixPath(name)
        # A suffix of its own, so that the number is put behind all of the stem.
        stem = self._taken[split].take(f"{path.stem}.txt")[: -len(".txt")]
        return f"{IMAGES}/{_FOLDERS[split]}/{stem}{path.suffix}"


class Classes:
    """Labels numbered in the order in which they are met."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def lines(self, row: dict[str, Any]) -> Iterator[str]:
        """A line for each box: the label's number, then centre and size in parts of 1."""
        for labelled in (row, *row["parts"]):
            if labelled["kind"] != Kind.NEITHER:
                number = self._numbers.setdefault(labelled["label"], len(self._numbers))
                left, top, right, bottom = labelled["box"]
                sides = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
                yield " ".join([str(number), *(f"{side:.6f}" for side in sides)]) + "\n"

    def description(self) -> str:
        """dataset.yaml; JSON strings are YAML, too."""
        folders = {"train": "train", "val": "val", "test": "test"}
        lines = ["path: .", *(f"{key}: {IMAGES}/{name}" for key, name in folders.items()), "names:"]
        lines += [f"  {number}: {json.dumps(slug)}" for slug, number in self._numbers.items()]
        return "\n".join(lines) + ("\n" if self._numbers else " {}\n")


def labels_file(image: str) -> str:
    """Where the boxes of an image stand."""
    path = PurePosixPath(image)
    return str(PurePosixPath(LABELS, *path.parts[1:-1], f"{path.stem}.txt"))
