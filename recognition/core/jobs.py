"""Jobs: asked for by people, claimed under a lease by the worker that does them, cancelled.

One job of a kind is worked on at a time, the oldest first. A worker writes its progress and its
result only while it holds the lease. A job whose worker died is taken up again, MAX_ATTEMPTS times
at most. What the jobs of a kind do stands in the folder of their domain.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.db import Error, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from recognition.core import full_disk, leases, wakeups
from recognition.models import Job, ModelVersion, RunState
from recognition.models.ids import time_ordered_uuid

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
LEASE = timedelta(minutes=10)  # longer than any step between two writes takes
OPEN = (RunState.QUEUED, RunState.RUNNING)
# Who may ask for jobs of a kind, and sees and cancels those of others.
RIGHTS = {
    Job.Kind.EXPORT: "recognition.train",
    Job.Kind.IMPORT: "recognition.train",
    Job.Kind.LEARNING_CURVE: "recognition.train",
    Job.Kind.SUSPECT_SEARCH: "recognition.review",
    Job.Kind.BACKFILL: "recognition.promote",
    Job.Kind.PHOTO_DELETION: "recognition.delete_photo",
    Job.Kind.PHOTO_RESTORATION: "recognition.delete_photo",
    Job.Kind.PERSON_DELETION: "auth.delete_user",
    Job.Kind.LABEL_MERGE: "recognition.change_label",
    Job.Kind.PLACES: "auth.change_user",
    Job.Kind.STORAGE_CHECK: "recognition.view_auditevent",
    Job.Kind.PHOTO_MAP: "recognition.review",
}
# Asked for by a page that somebody opens, which shows what comes of them: no list names them, and
# nobody is told that they ended.
UNLISTED = (Job.Kind.EXPLANATION, Job.Kind.WALK)
# Once begun these go on to their end: half of it done helps nobody.
TO_THE_END = {Job.Kind.PERSON_DELETION, Job.Kind.PLACES}


class Stopped(Exception):
    """The job was cancelled, or its lease is somebody else's: the work must end."""


class JobFailed(Exception):
    """The work cannot be done. code: what the pages explain; detail: what exactly is wrong."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


@transaction.atomic
def ask(
    kind: Job.Kind,
    by: User | None,
    subject: str = "",
    version: ModelVersion | None = None,
    parameters: dict[str, Any] | None = None,
    form_id: UUID | None = None,
) -> Job:
    """Queue a job and wake its worker; if one of the same subject waits already, return that.

    form_id: of the form that was sent. Sent twice, such as by a double click, it makes one job,
    even if a worker was quicker than the second click.
    """
    wanted = Job(
        id=uuid5(form_id, f"{kind} {subject}") if form_id else time_ordered_uuid(),
        kind=kind,
        by=by,
        subject=subject,
        version=version,
        parameters=parameters or {},
    )
    Job.objects.bulk_create([wanted], ignore_conflicts=True)
    transaction.on_commit(lambda: _wake(kind))
    same = Job.objects.filter(kind=kind, subject=subject)
    return same.filter(id=wanted.id).first() or same.latest("created")


def visible_to(user: User) -> QuerySet[Job]:
    """The jobs that this person may see and cancel."""
    kinds = [kind for kind, right in RIGHTS.items() if user.has_perm(right)]
    return Job.objects.filter(Q(kind__in=kinds) | Q(by=user)).exclude(kind__in=UNLISTED)


@transaction.atomic
def cancel(job_id: UUID) -> None:
    """A job that nobody works on is over at once; otherwise its worker stops at its next step.

    A job that is over stays as it is, and so does one that must come to its end.
    """
    job = Job.objects.select_for_update(of=("self",)).filter(id=job_id).first()
    if job is None or job.is_over or must_end(job):
        return
    row = Job.objects.filter(id=job.id)
    if job.state == RunState.QUEUED or leases.lost(row).exists():
        _close(row, RunState.CANCELLED)
    row.filter(cancel_asked=None).update(cancel_asked=timezone.now())


def must_end(job: Job) -> bool:
    """Whether it has begun, and cannot be cancelled any more."""
    return job.kind in TO_THE_END and job.started is not None


def claim(kind: Job.Kind) -> Job | None:
    """Take the oldest job of this kind under a lease; None if there is none, or if another worker
    is at it."""
    unfinished = Job.objects.filter(kind=kind, state__in=OPEN).order_by("created", "id")
    # Mostly there is none: to find that out takes no lock.
    return _claim_first(unfinished) if unfinished.exists() else None


@transaction.atomic
def _claim_first(unfinished: QuerySet[Job]) -> Job | None:
    job = unfinished.select_for_update(of=("self",)).first()
    if job is None:
        return None
    row = Job.objects.filter(id=job.id)
    if job.state == RunState.RUNNING and not leases.given_up(row).exists():
        return None
    if job.cancel_asked:
        _close(row, RunState.CANCELLED)
        return _claim_first(unfinished)
    if job.attempts >= MAX_ATTEMPTS:
        _close(row, RunState.FAILED, error="crashed")
        return _claim_first(unfinished)
    started = job.started or timezone.now()
    row.update(state=RunState.RUNNING, started=started, **leases.claimed(LEASE))
    job.refresh_from_db()
    return job


@contextmanager
def working(job: Job) -> Iterator[None]:
    """Inside, a claimed job is worked on. What goes wrong ends the job, and says why."""
    try:
        yield
    except Stopped:  # if the lease is lost, that is all there is to do
        _close(_held(job), RunState.CANCELLED)
    except JobFailed as failed:
        logger.warning("%s failed: %s %s", job, failed.code, failed.detail)
        _close(_held(job), RunState.FAILED, error=failed.code, error_detail=failed.detail)
    except Error:  # nothing can be written now; this worker's next claim takes it up again
        raise
    except Exception as error:
        if full_disk.is_told_by(error):
            logger.warning("%s failed: the disk is full: %s", job, error)
            _close(_held(job), RunState.FAILED, error="disk_full", error_detail=str(error))
            return
        logger.exception("%s failed", job)
        detail = f"{type(error).__name__}: {error}"
        _close(_held(job), RunState.FAILED, error="bug", error_detail=detail)


def write(job: Job, **fields: Any) -> None:
    """Change columns of a job that this worker does, and keep the lease. Raises Stopped."""
    _write(job, lease_expires=timezone.now() + LEASE, **fields)


def hand_on(job: Job, **fields: Any) -> None:
    """As `write`, and let any worker go on with it later: so far all is well. Raises Stopped."""
    _write(job, lease_owner="", lease_expires=timezone.now(), attempts=0, **fields)


def succeed(job: Job, **fields: Any) -> None:
    """The job is done. Raises Stopped if this worker holds it no more."""
    if not _close(_held(job), RunState.SUCCEEDED, progress=1.0, **fields):
        raise Stopped


def finish(job: Job) -> None:
    """The job is done and its row goes: what came of it lies elsewhere. Raises Stopped as `succeed`
    does."""
    if not _held(job).delete()[0]:
        raise Stopped


def forget_ended(kinds: Iterable[Job.Kind], before: datetime) -> None:
    """Delete what ended before that and is of these kinds, whatever came of it."""
    ended = Job.objects.filter(kind__in=kinds, finished__lt=before)
    if ended.exists():  # to find that out takes no lock
        ended.delete()


def note_done(
    kind: Job.Kind, started: datetime, parameters: dict[str, Any], result: dict[str, Any]
) -> Job:
    """A job that was done on the command line, without a worker."""
    return Job.objects.create(
        kind=kind,
        state=RunState.SUCCEEDED,
        started=started,
        finished=timezone.now(),
        progress=1.0,
        parameters=parameters,
        result=result,
    )


def fail(rows: QuerySet[Job], code: str, detail: str) -> None:
    """End those of these jobs that are not over, whoever holds them."""
    _close(rows.filter(state__in=OPEN), RunState.FAILED, error=code, error_detail=detail)


def _write(job: Job, **fields: Any) -> None:
    if not _held(job).filter(cancel_asked=None).update(**fields):
        raise Stopped


def _held(job: Job) -> QuerySet[Job]:
    return leases.held(Job.objects.filter(id=job.id, state=RunState.RUNNING))


def _close(rows: QuerySet[Job], state: RunState, **fields: Any) -> int:
    return rows.update(state=state, finished=timezone.now(), **leases.NO_LEASE, **fields)


def _wake(kind: Job.Kind) -> None:
    if kind in (Job.Kind.SUSPECT_SEARCH, Job.Kind.PHOTO_MAP):
        wakeups.wake_analyst()
    elif kind in UNLISTED:
        wakeups.wake_explainer()
    elif kind == Job.Kind.BACKFILL:
        wakeups.wake_predictor()
    else:
        wakeups.wake_teacher()
