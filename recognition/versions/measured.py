"""The figures of a version: the same ones on every page.

Comparisons measure versions on one common test set, and what they found last is what counts
(`comparison/measuring.py`). A version that was never compared has the figures of when it was made.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from recognition.cnn.measures.metrics_schema import are_metrics
from recognition.models import Comparison, ModelVersion, Report

_NAME = "measured-{}"


class Measure(NamedTuple):
    """accuracy: 0 to 1. interval: where it truly lies in 95 of 100 cases. photos: how many it was
    measured on. test_set: which; empty for those of when the version was made. at: when."""

    accuracy: float
    interval: tuple[float, float] | None
    photos: int
    test_set: str = ""
    at: datetime | None = None


class Figures(NamedTuple):
    """metrics: as `cnn.measures.evaluation.measure` tells; {} if it was never measured."""

    metrics: dict[str, Any]
    test_set: str = ""
    at: datetime | None = None

    @property
    def measure(self) -> Measure | None:
        accuracy = self.metrics.get("accuracy")
        if accuracy is None or not self.metrics.get("photos"):
            return None
        bounds = self.metrics.get("accuracy_interval")
        interval = (bounds[0], bounds[1]) if bounds else None
        return Measure(accuracy, interval, self.metrics["photos"], self.test_set, self.at)


def figures_of(version: ModelVersion | None) -> Figures:
    """All figures of a version."""
    if version is None:
        return Figures({})
    if report := Report.objects.filter(name=_NAME.format(version.id)).first():
        return _of_report(report)
    return _of_earlier(version)


def measure_of(version: ModelVersion | None) -> Measure | None:
    """Its accuracy; None if it was never measured."""
    return figures_of(version).measure


def measures_of(versions: Collection[ModelVersion]) -> dict[int, Measure]:
    """Of those that were measured, by their ids; for lists, without reading more than is shown."""
    names = {_NAME.format(version.id): version.id for version in versions}
    keys = ("accuracy", "accuracy_interval", "photos")
    fields = ("name", "made", "data__test_set", *(f"data__metrics__{key}" for key in keys))
    found: dict[int, Measure] = {}
    for name, at, test_set, accuracy, interval, photos in Report.objects.filter(
        name__in=names
    ).values_list(*fields):
        if photos:
            found[names[name]] = Measure(accuracy, tuple(interval), photos, test_set, at)
    for version in versions:
        if version.id not in found and (measure := Figures(_own(version)).measure):
            found[version.id] = measure
    return _compared([version.id for version in versions if version.id not in found]) | found


def both(baseline: ModelVersion, candidate: ModelVersion) -> tuple[Figures, Figures] | None:
    """Of two versions, if they were measured on the same photos."""
    before, after = figures_of(baseline), figures_of(candidate)
    return (before, after) if before.test_set and before.test_set == after.test_set else None


def keep(version: ModelVersion, metrics: dict[str, Any], test_set: str) -> None:
    """What was found of it on the common test set. What was found earlier is forgotten."""
    Report(name=_NAME.format(version.id), data={"metrics": metrics, "test_set": test_set}).save()


def _of_report(report: Report) -> Figures:
    return Figures(report.data["metrics"], report.data["test_set"], report.made)


def _of_earlier(version: ModelVersion) -> Figures:
    own = _own(version)
    return Figures(own) if own.get("photos") else _when_compared(version) or Figures(own)


def _compared(version_ids: Collection[int]) -> dict[int, Measure]:
    """By their last comparisons of before there was a common test set."""
    found: dict[int, Measure] = {}
    for side in ("baseline", "candidate") if version_ids else ():
        keys = [f"findings__{side}__{key}" for key in ("accuracy", "accuracy_interval", "photos")]
        done = Comparison.objects.filter(**{f"{side}__in": version_ids}).exclude(made=None)
        rows = done.order_by("made").values_list(side, "made", *keys)
        for version_id, at, accuracy, interval, photos in rows:
            if photos:
                found[version_id] = Measure(accuracy, tuple(interval), photos, at=at)
    return found


def _own(version: ModelVersion) -> dict[str, Any]:
    """Of when it was made. A row that came in before bundles were looked at closely may hold
    anything."""
    found: Any = version.metrics
    return found if found and are_metrics(found) else {}


def _when_compared(version: ModelVersion) -> Figures | None:
    """By the last comparison of before there was a common test set."""
    done = Comparison.objects.exclude(made=None).order_by("-made")
    for side in ("candidate", "baseline"):
        if last := done.filter(**{side: version}).first():
            metrics = last.findings[side]
            return Figures(metrics, at=last.made) if metrics.get("photos") else None
    return None
