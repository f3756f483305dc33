"""The built-in labels, and which of ImageNet's 1,000 classes belong to which label.

The data are beside this file: `labels.csv` (what people see, as a tree) and `imagenet.csv` (one row
a class of ILSVRC 2012, in the order of the classifier's rows). How they were chosen, and the
weights, is explained in docs/decisions/taxonomy.md. Torch-free.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

KINDS = ("animal", "vehicle", "neither", "other")
NEITHER = "neither"
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Label:
    """What a photo can be called. `classes` are the rows of the classifier that belong to it."""

    slug: str
    kind: str
    name_en: str
    name_zh: str
    parent: str | None
    classes: tuple[int, ...]


@dataclass(frozen=True)
class FineClass:
    """One of the classifier's 1,000 classes.

    name: by which versions, predictions and the API know it; never changed. is_kind: what is seen
    is itself what the label says (a taxi is a car), not something that speaks for it (a grille).
    name_en, name_zh: what people read. Classes of `neither` may share a plain word (mushroom).
    """

    name: str
    label: str
    is_kind: bool
    name_en: str
    name_zh: str


@cache
def tree() -> tuple[Label, ...]:
    """The built-in labels and the groups that they stand in, parents before their children. A group
    has no classes: no network says it, it is answered where none of its labels is sure enough.
    """
    classes: dict[str, list[int]] = {}
    for row in _rows("imagenet.csv"):
        classes.setdefault(row["label"], []).append(int(row["index"]))
    return tuple(
        Label(
            slug=row["slug"],
            kind=row["kind"],
            name_en=row["name_en"],
            name_zh=row["name_zh"],
            parent=row["parent"] or None,
            classes=tuple(classes.get(row["slug"], ())),
        )
        for row in _rows("labels.csv")
    )


@cache
def labels() -> tuple[Label, ...]:
    """The built-in labels that a network itself says, each below the nearest of its ancestors that
    it says too; every ImageNet class belongs to exactly one of them.
    """
    nodes = {label.slug: label for label in tree()}

    def nearest_said(slug: str | None) -> str | None:
        while slug is not None and not nodes[slug].classes:
            slug = nodes[slug].parent
        return slug

    said = (label for label in tree() if label.classes)
    return tuple(replace(label, parent=nearest_said(label.parent)) for label in said)


@cache
def fine_names() -> tuple[str, ...]:
    """The name by which each of the 1,000 classes is known, in the classifier's order."""
    return tuple(fine_classes())


@cache
def fine_classes() -> dict[str, FineClass]:
    """By their names, in the classifier's order."""
    return {
        row["name"]: FineClass(
            row["name"], row["label"], row["is_kind"] == "1", row["name_en"], row["name_zh"]
        )
        for row in _rows("imagenet.csv")
    }


@cache
def class_weights() -> tuple[float, ...]:
    """How much likelier each class is among uploads than in ImageNet, where all are equally so.

    A factor, in the classifier's order: its label's weight times its own.
    """
    label_weights = {row["slug"]: float(row["weight"] or 1) for row in _rows("labels.csv")}
    return tuple(
        label_weights[row["label"]] * float(row["weight"]) for row in _rows("imagenet.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
