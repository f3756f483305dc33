"""The parts of a photo that pages frame: what a network found, and what people drew or labelled."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Prefetch, QuerySet

from recognition.cnn.pixels.boxes import Box
from recognition.labels.boxes import WHOLE
from recognition.models import Annotation, Label, Photo, State, Subject
from recognition.photos import selectors

_SAME = 0.8  # two boxes that overlap by more are about the same thing
_FILLING = 0.6

# How a stored top five is read: `LabelTree.said`, or `LabelTree.said_in_use`.
Said = Callable[[Iterable[Mapping[str, Any]]], list[tuple[Label, float]]]


@dataclass(frozen=True)
class Part:
    """A part of a photo, with what is said of it.

    label: what people say it is, or else the network; None if nobody has said anything yet.
    confidence, top: of the network, if it has looked. is_set: people gave it the label.
    is_main: the photo's label is about it. annotation: its label of its own, if it has one.
    """

    box: list[float]
    label: Label | None
    confidence: float | None = None
    top: tuple[tuple[Label, float], ...] = ()
    is_set: bool = False
    is_main: bool = False
    annotation: Annotation | None = None

    @property
    def kind(self) -> str:
        return self.label.kind if self.label else ""

    @property
    def box_json(self) -> str:
        return json.dumps(self.box)

    @property
    def offered(self) -> Label | None:
        """The label to confirm: that of people, unless it is retired, or the network's first."""
        if self.is_set and self.label and self.label.active:
            return self.label
        return self.top[0][0] if self.top else None

    @property
    def is_filling(self) -> bool:
        """Whether it fills the picture, so that a frame around it says nothing."""
        return Box(*self.box).area > _FILLING


def with_parts(photos: QuerySet[Photo]) -> QuerySet[Photo]:
    """The same photos, whose parts are read with them."""
    annotations = Annotation.objects.select_related("label")
    return selectors.with_subjects(photos).prefetch_related(Prefetch("annotations", annotations))


def parts(photo: Photo, said: Said) -> list[Part]:
    """The main one first, unless the label is about the whole picture."""
    found = _found(photo, said)
    if photo.box is None:
        found = [replace(part, is_main=place == 0) for place, part in enumerate(found)]
    elif photo.box != WHOLE:
        found = _with_main_first(found, photo.box)
    if photo.label:
        found = [_labelled(part, photo.label) if part.is_main else part for part in found]
    return _annotated(found, photo.annotations.all())


def main_box(photo: Photo) -> list[float] | None:
    """Where the main subject is; None if there is none, or the label is about the whole picture."""
    if photo.box is not None:
        return None if photo.box == WHOLE else list(photo.box)
    return next((list(subject.box) for subject in _subjects(photo)), None)


def is_looked_for(photo: Photo) -> bool:
    """Whether a predictor has yet to look for subjects, or to look at them again."""
    prediction = photo.prediction
    return prediction is not None and prediction.look_due is not None


def is_without(photo: Photo) -> bool:
    """Whether a predictor has looked for subjects and found none."""
    prediction = photo.prediction
    if prediction is None or prediction.state != State.DONE:
        return False
    return selectors.subjects(prediction) == []


def _subjects(photo: Photo) -> list[Subject]:
    if photo.prediction is None or photo.prediction.state != State.DONE:
        return []
    return list(photo.prediction.subjects.all())


def _found(photo: Photo, said: Said) -> list[Part]:
    return [
        Part(subject.box, subject.label, subject.confidence, tuple(said(subject.top)))
        for subject in _subjects(photo)
    ]


def _with_main_first(found: list[Part], box: list[float]) -> list[Part]:
    same = next((part for part in found if _is_same(part.box, box)), None)
    main = replace(same, box=box, is_main=True) if same else Part(box, None, is_main=True)
    return [main, *(part for part in found if part is not same)]


def _annotated(found: list[Part], annotations: Iterable[Annotation]) -> list[Part]:
    for made in annotations:
        place = next((at for at, part in enumerate(found) if _is_same(part.box, made.box)), None)
        part = Part(made.box, None) if place is None else found[place]
        if part.is_main:
            continue
        labelled = replace(_labelled(part, made.label), annotation=made)
        if place is None:
            found = [*found, labelled]
        else:
            found = [*found[:place], labelled, *found[place + 1 :]]
    return found


def _labelled(part: Part, label: Label) -> Part:
    return replace(part, label=label, is_set=True)


def _is_same(one: Sequence[float], other: Sequence[float]) -> bool:
    return Box(*one).overlap(Box(*other)) > _SAME
