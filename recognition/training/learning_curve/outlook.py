"""What more photos of each label are likely to bring: asked for here, drawn by the teacher
(`curve_drawing.py`), read by pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from recognition.core import wakeups
from recognition.core.counting import Counted, count_up_to
from recognition.labels.tree import LabelTree
from recognition.models import Decision, Label, Report
from recognition.training.learning_curve.power_law import Estimate, Point

REPORT = "learning_curve"
MORE = 50  # photos of a label, whose effect is foretold
MIN_OF_LABEL = 6  # photos without which nothing is said of a label: two in each fold
_SILENT_S = 60  # a drawing that is not heard of for so long was broken off
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


@dataclass(frozen=True)
class Drawing:
    """The state of the work: "idle", "asked", "running", "failed" or "broken_off".

    progress: 0 to 1. error: a code, if it failed.
    """

    state: str
    progress: float
    error: str


@transaction.atomic
def ask() -> None:
    """Have it drawn again as soon as the teacher can."""
    report, _ = Report.objects.select_for_update().get_or_create(name=REPORT)
    report.data["asked"] = True
    report.save()
    transaction.on_commit(wakeups.wake_teacher)


def report() -> Report:
    return Report.named(REPORT)


def drawing_in(found: Report) -> Drawing:
    data = found.data
    progress, error = data.get("progress", 0.0), data.get("error", "")
    if data.get("asked"):
        return Drawing("asked", 0.0, "")
    if data.get("running"):
        is_heard = found.made > timezone.now() - timedelta(seconds=_SILENT_S)
        return Drawing("running" if is_heard else "broken_off", progress, "")
    return Drawing("failed" if error else "idle", progress, error)


def curve_in(found: Report) -> LearningCurve | None:
    """None before the first one."""
    drawn = found.data.get("drawn")
    if not drawn:
        return None
    tree = LabelTree()
    return LearningCurve(
        made=datetime.fromisoformat(drawn["made"]),
        version=drawn["version"],
        overall=_overall(drawn["overall"]),
        labels=tuple(
            _outlook(tree[slug], its) for slug, its in drawn["labels"].items() if slug in tree
        ),
        few=tuple((tree[slug], photos) for slug, photos in drawn["few"].items() if slug in tree),
    )


def decided_since(curve: LearningCurve) -> Counted:
    """Decisions about labels that were made after the curve was drawn, counted up to _COUNTED."""
    return count_up_to(Decision.objects.filter(at__gt=curve.made).order_by("-at", "-id"), _COUNTED)


def _outlook(label: Label, its: Mapping[str, Any]) -> LabelOutlook:
    return LabelOutlook(
        label, its["photos"], Estimate(*its["now"]), Estimate(*its["gain"]), _points(its)
    )


def _overall(its: Mapping[str, Any]) -> Overall:
    return Overall(
        photos=its["photos"],
        now=Estimate(*its["now"]),
        doubled=Estimate(*its["doubled"]),
        points=_points(its),
        curve=tuple((taught, Estimate(*errors)) for taught, errors in its["curve"]),
    )


def _points(its: Mapping[str, Any]) -> tuple[Point, ...]:
    return tuple(Point(*point) for point in its["points"])
