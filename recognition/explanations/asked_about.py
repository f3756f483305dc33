"""What an explanation is about: the views that a network had of a photo, and the labels to explain.

Torch-free: pages tell by this whether what is kept is still about the answer that they show.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from recognition.labels.tree import LabelTree
from recognition.models import Label, Photo, Prediction, State

_FORMAT = 1  # of what is kept
MOST_SUBJECTS = 8
MOST_LABELS = 6  # the top five, and the group that was answered


class View(NamedTuple):
    """box: of the subject, as the database stores it; None for the whole photo. slugs: of the
    labels to explain, the answer first."""

    box: list[float] | None
    slugs: list[str]


class About(NamedTuple):
    """views: of the whole photo, then of each subject, the main one first. parents: each label's
    parent or None, by slug, of those in use. wrong: the slug that was answered, if people say
    otherwise. digest: of all that an explanation depends on."""

    prediction: Prediction
    views: list[View]
    counts_as: Mapping[str, str]
    parents: Mapping[str, str | None]
    wrong: str
    digest: str


def about(photo: Photo, tree: LabelTree) -> About | None:
    """What to explain of the answer that the photo shows; None if there is none."""
    prediction = photo.prediction
    if prediction is None or prediction.state != State.DONE or not prediction.model_version_id:
        return None
    subjects = list(prediction.subjects.all())[:MOST_SUBJECTS]
    views = [View(None, _slugs(prediction.label, prediction.top, tree))]
    views += [View(one.box, _slugs(one.label, one.top, tree)) for one in subjects]
    counts_as = tree.in_use_by_slug
    parents = {slug: above[1] if len(above) > 1 else None for slug, above in tree.upwards.items()}
    wrong = _wrong(photo, prediction, tree)
    said = [_FORMAT, prediction.model_version_id, views, counts_as, parents, wrong]
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return About(prediction, views, counts_as, parents, wrong, digest)


def _slugs(answer: Label | None, top: Iterable[Mapping[str, Any]], tree: LabelTree) -> list[str]:
    said = [label.slug for label, _share in tree.said_in_use(top)]
    first = tree.in_use(answer) if answer else None
    slugs = [first.slug, *said] if first else said
    return list(dict.fromkeys(slugs))[:MOST_LABELS]


def _wrong(photo: Photo, prediction: Prediction, tree: LabelTree) -> str:
    answered = tree.in_use(prediction.label) if prediction.label else None
    if answered is None or not photo.label_id or tree.is_right(answered.id, photo.label_id):
        return ""
    return answered.slug
