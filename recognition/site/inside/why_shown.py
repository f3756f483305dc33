"""An explanation as its page shows it: one view of the photo, and one label in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.utils.translation import get_language

from recognition.cnn import taxonomy
from recognition.cnn.explain.classes import ClassShare
from recognition.cnn.explain.explained import ClassMap, from_fields
from recognition.cnn.explain.faithfulness import Check
from recognition.cnn.pixels.boxes import Box
from recognition.labels.tree import LabelTree
from recognition.models import Label, Photo, Prediction
from recognition.photos import selectors

_MATTERS = 0.1  # of the probability, if it is lost


@dataclass(frozen=True)
class Spoken:
    """A class or a label with its share in what was said, 0 to 1."""

    name: str
    share: float
    is_undecided: bool = False


@dataclass(frozen=True)
class Near:
    """A labelled photo like this one. who: set its label, as far as the viewer may know."""

    photo: Photo
    similarity: float
    who: str
    seen: UUID | None = None


@dataclass(frozen=True)
class Left:
    """What the network says of what was left of a view. part: of `whys.PARTS`."""

    part: str
    top: list[tuple[Label, float]]


@dataclass(frozen=True)
class Why:
    """views: the label of each subject; None for the whole photo. labels: that have a map in this
    view. classes: empty if one class alone stands for the label. children: empty if the label has
    none. left: after the check, of the first label."""

    document: Mapping[str, Any]
    views: list[Label | None]
    labels: list[Label]
    view: int
    label: Label
    map: ClassMap
    check: Check | None
    classes: list[Spoken]
    children: list[Spoken]
    left: list[Left]

    @property
    def place(self) -> Box:
        """Where in the photo the network looked."""
        return Box(*self.document["views"][self.view]["place"])

    @property
    def probability(self) -> float:
        """Of the label, as the network says of this view by itself."""
        return 1 / (1 + math.exp(-max(-500.0, self.map.score)))

    @property
    def for_it(self) -> float:
        return float(self.map.values.clip(min=0).sum())

    @property
    def against_it(self) -> float:
        return float(self.map.values.clip(max=0).sum())

    @property
    def is_answer(self) -> bool:
        return bool(self.labels) and self.label == self.labels[0]

    @property
    def verdict(self) -> str:
        """What the check says of the map: "both", "needed", "enough" or "little"."""
        if self.check is None:
            return ""
        check = self.check
        # Where a fifth elsewhere costs much as well, twice as much may be more than there is.
        is_needed = check.drop >= _MATTERS and (
            check.drop >= 2 * check.random_drop or check.masked <= check.random_masked / 2
        )
        lost, random_lost = check.before - check.alone, check.before - check.random_alone
        is_enough = check.alone >= check.before / 2 and (
            check.alone >= 2 * check.random_alone or lost <= random_lost / 2
        )
        if is_needed:
            return "both" if is_enough else "needed"
        return "enough" if is_enough else "little"


def why(
    document: Mapping[str, Any], prediction: Prediction, tree: LabelTree, view: int, slug: str
) -> Why | None:
    """view, slug: what somebody chose; if that is not there, the first. None if the version has no
    map of any label, because the finder alone knows them."""
    number = view if 0 <= view < len(document["views"]) else 0
    chosen = document["views"][number]
    found = {fields["slug"]: fields for fields in chosen["labels"] if fields["slug"] in tree}
    if not found:
        return None
    slug = slug if slug in found else next(iter(found))
    explained = from_fields(found[slug])
    subjects = [subject.label for subject in prediction.subjects.all()]
    return Why(
        document=document,
        views=[None, *subjects[: len(document["views"]) - 1]],
        labels=[tree[name] for name in found],
        view=number,
        label=tree[slug],
        map=explained.map,
        check=explained.check,
        classes=_classes(explained.classes),
        children=_children(chosen["children"].get(slug), tree),
        left=_left(chosen.get("shown", {}), tree) if explained.check else [],
    )


def nearest(prediction: Prediction, viewer: User) -> list[Near]:
    """The labelled photos that look most like it, of those that the viewer may see."""
    return _near(prediction.similar, viewer)


def pulled(document: Mapping[str, Any], viewer: User) -> list[Near]:
    """The photos that pulled towards the wrong label, of those that the viewer may see."""
    return _near((document["pulled"] or {}).get("photos", ()), viewer)


def _near(found: Iterable[Mapping[str, Any]], viewer: User) -> list[Near]:
    similar = {UUID(one["photo"]): float(one["similarity"]) for one in found}
    visible = selectors.photos_visible_to(viewer).select_related("labelled_by")
    photos = visible.filter(label__isnull=False).in_bulk(similar)
    seen = selectors.last_decisions(photos)
    return [
        Near(
            photos[key],
            similarity,
            selectors.name_shown(photos[key].labelled_by, photos[key], viewer),
            seen.get(key),
        )
        for key, similarity in similar.items()
        if key in photos
    ]


def _classes(shares: Iterable[ClassShare]) -> list[Spoken]:
    spoken = [Spoken(_class_name(one.name), one.share) for one in shares]
    return spoken if len(spoken) > 1 else []


def _class_name(name: str) -> str:
    """In the language of the moment; of a class that was taught, as people wrote it."""
    fine = taxonomy.fine_classes().get(name)
    if fine is None:
        return name
    return fine.name_zh if (get_language() or "").startswith("zh") else fine.name_en


def _left(shown: Mapping[str, Any], tree: LabelTree) -> list[Left]:
    return [
        Left(part, [(tree[slug], share) for slug, share in top if slug in tree])
        for part, top in shown.items()
    ]


def _children(found: Mapping[str, Any] | None, tree: LabelTree) -> list[Spoken]:
    shares = found["shares"] if found else []
    undecided = found["undecided"] if found else []
    return [
        Spoken(str(tree[slug]), share, slug in undecided) for slug, share in shares if slug in tree
    ]
