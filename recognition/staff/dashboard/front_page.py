"""The front page of the admin: what to do next, figures, and agreement with the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from recognition.models import Label, ModelVersion
from recognition.review import drift, statistics
from recognition.staff.dashboard import bar_charts
from recognition.staff.dashboard.next_steps import next_steps
from recognition.staff.formatting import percent
from recognition.staff.versions import comparison_summary
from recognition.versions import measured

MAX_LABELS = 10
WEEK = 7


@dataclass(frozen=True)
class LabelAgreement:
    label: Label
    right: int
    decisions: int

    @property
    def percent(self) -> float:
        return 100 * self.right / self.decisions


def add_figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill in the context of unfold's index page, which calls this. Figures are only for those who
    may see everybody's photos."""
    context["next_steps"] = next_steps(
        may_review=request.user.has_perm("recognition.review"),
        may_train=request.user.has_perm("recognition.train"),
    )
    if request.user.has_perm("recognition.view_all"):
        context |= {
            **_drift(request),
            "to_review": statistics.to_review(),
            "waiting": statistics.waiting(),
            "failed": statistics.failed(),
            "figures": statistics.current(),
            **_live_version(),
        }
        if context["figures"]:
            context |= _of_days_and_labels(context["figures"].data)
    return context


def _drift(request: HttpRequest) -> dict[str, Any]:
    """What to do about uploads that resemble nothing labelled, while there are too many of them."""
    found = drift.current()
    if found is None or not found.drifts or not isinstance(request.user, User):
        return {}
    photos = drift.examples(found, request.user)
    return {"drift": found, "drift_photos": photos, "drift_days": drift.DAYS} if photos else {}


def _live_version() -> dict[str, Any]:
    live = ModelVersion.objects.filter(live=True).first()
    measure = measured.measure_of(live)
    return {
        "live": live,
        "live_accuracy": percent(measure.accuracy) if measure else "",
        "live_interval": comparison_summary.interval(measure.interval) if measure else "",
    }


def _of_days_and_labels(data: dict[str, Any]) -> dict[str, Any]:
    days, agreement = _up_to_today(data["days"]), data["agreement"]
    decisions = sum(day["decisions"] for day in agreement["days"])
    return {
        "today": days[-1]["photos"],
        "this_week": sum(day["photos"] or 0 for day in days[-WEEK:]),
        "share_labelled": data["labelled"] / data["photos"] if data["photos"] else 0,
        "uploads": bar_charts.uploads(data["days"]),
        "agreement": bar_charts.agreement(agreement["days"]),
        "decisions": decisions,
        "share_right": sum(day["right"] for day in agreement["days"]) / max(decisions, 1),
        "labels": _most_corrected(agreement["labels"]),
    }


def _up_to_today(days: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of a count that was made on an earlier day the days since are not known, and are no zeros."""
    today = str(timezone.localdate())
    return days if days[-1]["day"] == today else [*days[1:], {"day": today, "photos": None}]


def _most_corrected(rows: list[dict[str, Any]]) -> list[LabelAgreement]:
    labels = Label.objects.in_bulk([row["label"] for row in rows], field_name="slug")
    return [
        LabelAgreement(labels[row["label"]], row["right"], row["decisions"])
        for row in rows[:MAX_LABELS]
        if row["label"] in labels
    ]
