"""Whether uploads drift away from what people have labelled.

Each photo's novelty, how far it is from the nearest labelled photo, is found when it is analysed.
What is far is learnt from the labelled photos among themselves: a new photo resembles nothing
labelled if it is farther from them than nearly all of them are from each other, near-duplicates
aside. Both are distances between embeddings of one backbone: while the live version's has not seen
enough labelled photos, nothing is said. Teaching leaves the backbone, and so what was found, as it
is.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils import timezone

from recognition.analysis import analysis, refresher
from recognition.models import Photo, Prediction, Report
from recognition.notifications import happened
from recognition.review import drift
from recognition.review.drift import Drift
from recognition.versions import embeddings

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 120
SAMPLE = 300  # labelled photos from which it is learnt what is far
LEAST_LABELLED = 30  # fewer say nothing
FAR = 0.99  # this share of the labelled photos is nearer to another one
NEWEST = 1000  # uploads that are looked at
# The share of uploads at which drift begins and ends, and how many they must be. By chance alone it
# would be 1 - FAR.
BEGINS, ENDS, LEAST_UNLIKE = 0.10, 0.05, 10
_CHUNK = 50


class Change(NamedTuple):
    """Drift began or ended."""

    began: bool
    drift: Drift


class _Upload(NamedTuple):
    """waits: for review; it may have been accepted by machine instead."""

    photo_id: UUID
    prediction_id: UUID
    novelty: float
    waits: bool


def record(found: Drift | None, **remembered: Any) -> Change | None:
    """Store what was found. The one place where drift begins and ends: whoever is to be told is
    told in `_changed`, in this transaction."""
    with transaction.atomic():
        report = Report.objects.select_for_update().filter(name=drift.REPORT).first()
        report = report or Report(name=drift.REPORT)
        before = drift.in_report(report)
        report.data = {**remembered, "found": _as_json(found) if found else None}
        report.save()
        did, does = bool(before and before.drifts), bool(found and found.drifts)
        if found is None or did == does:
            return None
        change = Change(does, found)
        _changed(change)
    return change


def _changed(change: Change) -> None:
    if change.began:
        happened.drift_found(change.drift.uploads, change.drift.unlike)
    logger.warning(
        "%d of %d uploads resemble nothing labelled: drift %s",
        change.drift.unlike,
        change.drift.uploads,
        "began" if change.began else "ended",
    )


def measure(did_drift: bool, threshold: float) -> Drift:
    """threshold: the novelty from which on a photo resembles nothing labelled."""
    uploads, unlabelled = _uploads()
    unlike = [upload for upload in unlabelled if upload.novelty > threshold]
    unlike.sort(key=lambda upload: (-upload.novelty, upload.photo_id))
    share = len(unlike) / uploads if uploads else 0.0
    drifts = share >= (ENDS if did_drift else BEGINS) and len(unlike) >= LEAST_UNLIKE
    return Drift(uploads, len(unlike), drifts, _different(unlike))


def threshold() -> float | None:
    """The novelty that few labelled photos have among themselves; None if there are too few."""
    analysis.labelled.catch_up()
    sample = analysis.labelled.sample(SAMPLE)
    if len(sample) < LEAST_LABELLED:
        return None
    novelties = [
        novelty
        for at in range(0, len(sample), _CHUNK)
        for novelty in analysis.labelled.novelty_among(sample[at : at + _CHUNK])
    ]
    if len(novelties) < LEAST_LABELLED:
        return None
    return float(np.quantile(novelties, FAR))


def look_again(threshold: float) -> None:
    """Renew the novelty of uploads that seemed unlike before labels, or embeddings of labelled
    photos, came in."""
    _seen, unlabelled = _uploads()
    refresher.renew(upload.prediction_id for upload in unlabelled if upload.novelty > threshold)


def _uploads() -> tuple[int, list[_Upload]]:
    """How many of the newest uploads the live backbone has seen and the analyst has been at, and
    those of them that have no label, the newest first."""
    since = timezone.now() - timedelta(days=drift.DAYS)
    newest = Photo.objects.filter(created__gte=since).order_by("-created", "-id")
    fields = ("novelty", "model_version", "analysis_due", "review")
    columns = ("id", "label", "prediction", *(f"prediction__{name}" for name in fields))
    versions = analysis.labelled.versions or embeddings.live_versions()
    seen = [
        row
        for row in newest.values_list(*columns)[:NEWEST]
        if row[3] is not None and row[4] in versions and row[5] is None
    ]
    return len(seen), [
        _Upload(row[0], row[2], row[3], row[6] is not None) for row in seen if row[1] is None
    ]


def _different(unlike: Sequence[_Upload]) -> list[UUID]:
    """The first SHOWN photos, of near-duplicates one."""
    ids = [upload.photo_id for upload in unlike if upload.waits]
    groups = dict(Photo.objects.filter(id__in=ids).values_list("id", "group"))
    chosen: dict[UUID, UUID] = {}
    for photo_id in ids:
        chosen.setdefault(groups.get(photo_id) or photo_id, photo_id)
    return list(chosen.values())[: drift.SHOWN]


def _as_json(found: Drift) -> dict[str, Any]:
    return {
        "uploads": found.uploads,
        "unlike": found.unlike,
        "drifts": found.drifts,
        "photos": [str(photo_id) for photo_id in found.photos],
    }


class Looker:
    """Looks when there may be news, at most every LOOK_EVERY_S seconds."""

    def __init__(self) -> None:
        self._next_s = 0.0
        self._known: tuple[int, int] | None = None  # labelled photos, as of the last look
        self._threshold: float | None = None

    def look_if_due(self) -> None:
        """The analyst's job."""
        if time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + LOOK_EVERY_S
        report = Report.named(drift.REPORT)
        news = _news()
        if self._known is not None and report.data.get("news") == news:
            return
        analysis.labelled.catch_up()
        if analysis.labelled.known != self._known:
            self._threshold = threshold()
            if self._threshold is not None:
                look_again(self._threshold)
            self._known = analysis.labelled.known
        before = drift.in_report(report)
        found = None
        if self._threshold is not None:
            found = measure(bool(before and before.drifts), self._threshold)
        record(found, news=news, threshold=self._threshold)


def _news() -> list[Any]:
    """Values that change when an upload comes in, is analysed, or is decided about."""
    newest = Photo.objects.order_by("-created", "-id").values_list("id", flat=True).first()
    due = Prediction.objects.filter(analysis_due__isnull=False).order_by("analysis_due", "id")
    first_due = due.values_list("id", flat=True).first()
    hour = timezone.now().replace(minute=0, second=0, microsecond=0).isoformat()
    return [str(newest), str(first_due), list(analysis.labelled.known), hour]


look_if_due = Looker().look_if_due
