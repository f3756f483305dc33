"""The teacher's job of drawing the learning curve that somebody asked for."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from recognition.core import jobs, wakeups
from recognition.files import of_versions
from recognition.models import Job, Mode, ModelVersion, RunState, TrainingRun
from recognition.training.known_labels import labels_to_know
from recognition.training.learning_curve import examples
from recognition.training.learning_curve.examples import LabelledPhotos
from recognition.training.learning_curve.outlook import MIN_OF_LABEL, MORE
from recognition.training.learning_curve.power_law import Curve, Point

if TYPE_CHECKING:
    from recognition.training.learning_curve.growing import Errors

logger = logging.getLogger(__name__)

_TAUGHT_SHARE = 0.8  # of what is labelled; the rest is the test split
_PLACES_DRAWN = 41  # of the overall curve: too many for a marker each
_LOOK_S = 1.0
_PATIENCE_S = 60.0


class GiveWay(Exception):
    """Somebody waits for a version that is to be taught; the curve is drawn afterwards."""


def draw_if_asked() -> None:
    """The teacher's job."""
    if job := jobs.claim(Job.Kind.LEARNING_CURVE):
        with jobs.working(job):
            try:
                _store(job, draw(_Progress(job)))
            except GiveWay:
                jobs.hand_on(job, progress=0.0)
                wakeups.wake_teacher()


def draw(on_progress: Callable[[float], None]) -> dict[str, Any]:
    """Teach on growing parts of the photos; the outlook as JSON.

    Raises JobFailed ("no_version" or "too_few"), and what `on_progress` raises.
    """
    from recognition.training.learning_curve import growing  # loads torch

    began_s, made = time.monotonic(), timezone.now()
    try:
        version = examples.version_to_teach()
    except ModelVersion.DoesNotExist:
        raise jobs.JobFailed("no_version") from None
    found = examples.find(version)
    used = {slug: seen for slug, seen in found.items() if len(seen.embeddings) >= MIN_OF_LABEL}
    if len(used) < 2:
        raise jobs.JobFailed("too_few")
    start = growing.load(
        of_versions.folder(version),
        lambda known: labels_to_know(known, used),
        examples.anchors(version),
    )
    embeddings = {slug: seen.embeddings for slug, seen in used.items()}
    errors = growing.count_errors(start, embeddings, on_progress, _PATIENCE_S)
    logger.info("a learning curve of %d labels, %.0f s", len(used), time.monotonic() - began_s)
    return {
        "made": made.isoformat(),
        "version": version.number,
        "overall": _overall(errors, used),
        "labels": _by_label(errors, used),
        "few": {slug: seen.photos for slug, seen in found.items() if slug not in used},
    }


class _Progress:
    """Writes down how far the work is, and looks whether it must give way."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._looked_s = time.monotonic()

    def __call__(self, progress: float) -> None:
        """Raises GiveWay and jobs.Stopped."""
        now_s = time.monotonic()
        if now_s - self._looked_s < _LOOK_S:
            return
        self._looked_s = now_s
        if TrainingRun.objects.filter(state=RunState.QUEUED, mode=Mode.TEACH).exists():
            raise GiveWay
        jobs.write(self._job, progress=progress)


@transaction.atomic
def _store(job: Job, drawn: dict[str, Any]) -> None:
    jobs.succeed(job, result=drawn)
    # No page shows an earlier curve.
    Job.objects.filter(kind=job.kind).exclude(id=job.id).update(result={})


def _by_label(errors: Errors, used: Mapping[str, LabelledPhotos]) -> dict[str, Any]:
    """Those that gain most come first."""
    outlooks = {slug: _outlook(_points(errors, slug), seen.photos) for slug, seen in used.items()}
    return dict(sorted(outlooks.items(), key=lambda item: -item[1]["gain"].mean))


def _outlook(points: list[Point], photos: int) -> dict[str, Any]:
    curve, taught = _curve(points), _TAUGHT_SHARE * photos
    return {
        "photos": photos,
        "now": curve.error(taught),
        "gain": curve.gain(taught, _TAUGHT_SHARE * MORE),
        "points": points,
    }


def _overall(errors: Errors, used: Mapping[str, LabelledPhotos]) -> dict[str, Any]:
    """As for a label; the numbers of photos are means over the labels."""
    tested = int(errors.tested.sum())
    points = [
        Point(round(float(taught.sum()) / len(used), 2), int(wrong.sum()), tested)
        for taught, wrong in zip(errors.taught, errors.wrong, strict=True)
    ]
    photos = sum(seen.photos for seen in used.values())
    curve, taught = _curve(points), _TAUGHT_SHARE * photos / len(used)
    return {
        "photos": photos,
        "now": curve.error(taught),
        "doubled": curve.gain(taught, taught),
        "points": points,
        "curve": [
            (round(float(at), 2), curve.error(at))
            for at in np.linspace(0, 2 * taught, _PLACES_DRAWN)
        ],
    }


def _curve(points: list[Point]) -> Curve:
    """Being taught at all changes more than photos do, so the point without any is left out."""
    return Curve([point for point in points if point.taught])


def _points(errors: Errors, slug: str) -> list[Point]:
    place = errors.slugs.index(slug)
    return [
        Point(round(float(taught), 2), int(wrong), int(errors.tested[place]))
        for taught, wrong in zip(errors.taught[:, place], errors.wrong[:, place], strict=True)
    ]
