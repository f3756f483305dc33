"""Drift: uploads of these days that resemble nothing labelled, as the analyst has found them
(`analysis/drift.py`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet

from recognition.models import Photo, Prediction, Report
from recognition.photos import selectors

REPORT = "drift"
DAYS = 7  # of uploads that are looked at
SHOWN = 20  # photos that are kept as examples


@dataclass(frozen=True)
class Drift:
    """uploads: photos of the last DAYS days. unlike: those of them that resemble nothing labelled.
    photos: of these, the first SHOWN that wait for review. drifts: whether they are too many for
    chance. made: when they were counted."""

    uploads: int
    unlike: int
    drifts: bool
    photos: list[UUID] = field(default_factory=list)
    made: datetime | None = None

    @property
    def share(self) -> float:
        return self.unlike / self.uploads if self.uploads else 0.0


def current() -> Drift | None:
    """None before anything was found, and while nothing can be said."""
    return in_report(Report.named(REPORT))


def in_report(report: Report) -> Drift | None:
    found: dict[str, Any] | None = report.data.get("found")
    if found is None:
        return None
    photos = [UUID(key) for key in found["photos"]]
    return Drift(found["uploads"], found["unlike"], found["drifts"], photos, report.made)


def examples(drift: Drift, user: User) -> list[Photo]:
    """Those that this person may see and that nobody has decided about since."""
    waits = {"label": None, "prediction__review__isnull": False}
    rows = selectors.photos_visible_to(user).filter(id__in=drift.photos, **waits)
    place = {photo_id: number for number, photo_id in enumerate(drift.photos)}
    return sorted(rows, key=lambda photo: place[photo.id])


def waiting() -> QuerySet[Prediction]:
    """Those that wait for review, the least like anything labelled first."""
    drift = current()
    photos = drift.photos if drift else []
    rows = Prediction.objects.filter(photo__in=photos, review__isnull=False)
    return rows.order_by("-novelty", "id")
