"""Explanations asked for: by a page that somebody opens, worked out by the explainer.

Their jobs are about "photo:version:what", so that two who ask for the same have one job. One that
succeeded leaves no row, since what came of it is a file (`kept`); one that failed says for a day
why, and is not begun again unless somebody wants that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from recognition.core import jobs, wakeups
from recognition.core.jobs import JobFailed
from recognition.models import Job, ModelVersion, Photo, RunState

WHY, WALK = "why", "walk"
_KINDS = {WHY: Job.Kind.EXPLANATION, WALK: Job.Kind.WALK}
FAILURES_STAY = timedelta(days=1)
MOST_WAITING = 20  # of one person
SLICE_S = 10.0  # then the other kind has its turn


class TooMany(Exception):
    """So much of what this person asked for is still to be worked out that this has to wait."""


def ask(photo: Photo, version: ModelVersion, what: str, by: User, again: bool = False) -> Job:
    """The job that works this out: one that waits or runs already, or one that failed, or a new
    one.

    what: WHY or WALK, or one of them with more behind a "-". again: also if it failed before.
    Raises TooMany.
    """
    kind = _KINDS[what.partition("-")[0]]
    subject = f"{photo.id.hex}:{version.number}:{what}"
    same = Job.objects.filter(kind=kind, subject=subject).order_by("-created")
    if job := same.filter(state__in=jobs.OPEN).first():
        return job
    if not again and (failed := same.filter(state=RunState.FAILED).first()):
        return failed
    waiting = Job.objects.filter(by=by, finished=None, kind__in=jobs.UNLISTED)
    if waiting.count() >= MOST_WAITING:
        raise TooMany
    parameters = {"photo": str(photo.id), "what": what}
    return jobs.ask(kind, by, subject, version, parameters)


def work_off(kind: Job.Kind, work_out: Callable[[Photo, ModelVersion, str], None]) -> None:
    """Do the jobs of this kind, the oldest first, for about SLICE_S.

    work_out: keeps what is asked for. Raises JobFailed.
    """
    ends_s = time.monotonic() + SLICE_S
    while job := jobs.claim(kind):
        with jobs.working(job):
            work_out(*_asked_for(job))
            jobs.finish(job)
        if time.monotonic() >= ends_s:
            wakeups.wake_explainer()
            return


def forget_failed() -> None:
    """The explainer's job."""
    jobs.forget_ended(jobs.UNLISTED, timezone.now() - FAILURES_STAY)


def _asked_for(job: Job) -> tuple[Photo, ModelVersion, str]:
    photo = Photo.objects.select_related("prediction").filter(id=job.parameters["photo"]).first()
    if photo is None or job.version is None:
        raise JobFailed("gone")
    return photo, job.version, job.parameters["what"]
