"""What more photos of each label are likely to bring: asked for here, drawn by the teacher
(`drawing.py`), read by pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet

from recognition.core import jobs
from recognition.core.counting import Counted, count_up_to
from recognition.labels.tree import LabelTree
from recognition.models import Decision, Job, Label, RunState
from recognition.training.learning_curve.power_law import Estimate, Point

MORE = 50  # photos of a label, whose effect is foretold
MIN_OF_LABEL = 6  # photos without which nothing is said of a label: two in each fold
_COUNTED = 1000


@dataclass(frozen=True)
class LabelOutlook:
    """photos: labelled so far, near-duplicates counted once. now: the share of errors to be
    expected with all of them. gain: how much of it MORE photos take away. points: what was
    measured."""

    label: Label
    photos: int
    now: Estimate
    gain: Estimate
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Overall:
    """Over all photos; `taught` in the points is a mean over the labels.

    doubled: what twice as many photos of every label would bring. curve: photos of a label, and
    the share of errors to be expected.
    """

    photos: int
    now: Estimate
    doubled: Estimate
    points: tuple[Point, ...]
    curve: tuple[tuple[float, Estimate], ...]


@dataclass(frozen=True)
class LearningCurve:
    """The last one. labels: those that gain most come first. few: labels with too few photos to
    tell, and how many they have. version: the number of the version that was taught."""

    made: datetime
    version: int
    overall: Overall
    labels: tuple[LabelOutlook, ...]
    few: tuple[tuple[Label, int], ...]


def ask(by: User | None, form_id: UUID | None = None) -> Job:
    """Have it drawn as soon as the teacher can. What is asked for while one is being drawn comes
    after it. form_id: as in `jobs.ask`."""
    return jobs.ask(Job.Kind.LEARNING_CURVE, by, form_id=form_id)


def last_job() -> Job | None:
    """The last drawing, whatever became of it."""
    return _drawings().defer("result").first()


def last_curve() -> LearningCurve | None:
    """None before the first one."""
    job = _drawings().filter(state=RunState.SUCCEEDED).first()
    if job is None:
        return None
    drawn, tree = job.result, LabelTree()
    return LearningCurve(
        made=datetime.fromisoformat(drawn["made"]),
        version=drawn["version"],
        overall=_overall(drawn["overall"]),
        labels=tuple(
            _outlook(tree[slug], stored) for slug, stored in drawn["labels"].items() if slug in tree
        ),
        few=tuple((tree[slug], photos) for slug, photos in drawn["few"].items() if slug in tree),
    )


def _drawings() -> QuerySet[Job]:
    return Job.objects.filter(kind=Job.Kind.LEARNING_CURVE).order_by("-created", "-id")


def decided_since(curve: LearningCurve) -> Counted:
    """Decisions about labels that were made after the curve was drawn, counted up to _COUNTED."""
    return count_up_to(Decision.objects.filter(at__gt=curve.made).order_by("-at", "-id"), _COUNTED)


def _outlook(label: Label, stored: Mapping[str, Any]) -> LabelOutlook:
    return LabelOutlook(
        label,
        stored["photos"],
        Estimate(*stored["now"]),
        Estimate(*stored["gain"]),
        _points(stored),
    )


def _overall(stored: Mapping[str, Any]) -> Overall:
    return Overall(
        photos=stored["photos"],
        now=Estimate(*stored["now"]),
        doubled=Estimate(*stored["doubled"]),
        points=_points(stored),
        curve=tuple((taught, Estimate(*errors)) for taught, errors in stored["curve"]),
    )


def _points(stored: Mapping[str, Any]) -> tuple[Point, ...]:
    return tuple(Point(*point) for point in stored["points"])
