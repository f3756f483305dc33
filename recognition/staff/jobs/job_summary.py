"""A job as a row of its page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recognition.core import heartbeats, jobs
from recognition.models import Job, Label, RunState
from recognition.staff import job_texts
from recognition.staff.training import run_text
from recognition.versions import bundles

_UNHEARD_AFTER = timedelta(seconds=30)
_HEARD_OF = {  # the analyst sends no heartbeats
    Job.Kind.EXPORT: heartbeats.TEACHER,
    Job.Kind.IMPORT: heartbeats.TEACHER,
    Job.Kind.LEARNING_CURVE: heartbeats.TEACHER,
    Job.Kind.STORAGE_CHECK: heartbeats.TEACHER,
    Job.Kind.BACKFILL: heartbeats.PREDICTOR,
    Job.Kind.PERSON_DELETION: heartbeats.TEACHER,
    Job.Kind.PHOTO_DELETION: heartbeats.TEACHER,
    Job.Kind.PHOTO_RESTORATION: heartbeats.TEACHER,
    Job.Kind.LABEL_MERGE: heartbeats.TEACHER,
    Job.Kind.PLACES: heartbeats.TEACHER,
}
_PAGES = {
    Job.Kind.LEARNING_CURVE: ("training-learning-curve", gettext_lazy("Learning curve")),
    Job.Kind.PHOTO_MAP: ("review-map", gettext_lazy("Map of photos")),
    Job.Kind.STORAGE_CHECK: ("storage", gettext_lazy("Storage")),
    Job.Kind.SUSPECT_SEARCH: ("review-suspects", gettext_lazy("Suspect labels")),
    Job.Kind.PHOTO_DELETION: ("trash", gettext_lazy("Trash")),
    Job.Kind.PHOTO_RESTORATION: ("trash", gettext_lazy("Trash")),
    Job.Kind.LABEL_MERGE: ("admin:recognition_label_changelist", gettext_lazy("Labels")),
}


@dataclass(frozen=True)
class Row:
    """progress: 0 to 1; None if nothing tells how far it is. took: so far, if it goes on. link: an
    address and what it leads to."""

    job: Job
    title: str
    badge: str
    state: str
    progress: float | None
    took: str
    outcome: str
    error: str
    may_be_cancelled: bool
    link: tuple[str, str] | None


def row(job: Job, labels: Mapping[int, Label]) -> Row:
    return Row(
        job=job,
        title=job_texts.title(job, labels),
        badge=run_text.BADGES[RunState(job.state)],
        state=_state(job),
        progress=job.progress or None,
        took=_took(job),
        outcome=job_texts.outcome(job),
        error=job_texts.error(job),
        may_be_cancelled=not (job.is_over or job.cancel_asked or jobs.must_end(job)),
        link=_link(job),
    )


def unheard(jobs: Iterable[Job]) -> set[str]:
    """The parts of the product that should do some of these jobs, and were not heard lately."""
    long_ago = timezone.now() - _UNHEARD_AFTER
    waiting = (job for job in jobs if not job.is_over and job.created < long_ago)
    parts = {_HEARD_OF[kind] for job in waiting if (kind := Job.Kind(job.kind)) in _HEARD_OF}
    return {part for part in parts if not heartbeats.is_heard(part)}


def _state(job: Job) -> str:
    if job.cancel_asked and not job.is_over:
        return _("being cancelled")
    return str(job.get_state_display())


def _took(job: Job) -> str:
    if job.started is None:
        return ""
    ended = job.finished or timezone.now()
    return run_text.duration((ended - job.started).total_seconds())


def _link(job: Job) -> tuple[str, str] | None:
    if job.kind in _PAGES:
        page, name = _PAGES[Job.Kind(job.kind)]
        return reverse(page), str(name)
    if job.version is None:
        return None
    number = job.version.number
    if job.kind == Job.Kind.BACKFILL:
        return reverse("training-predict-again", args=[number]), _("Predict again")
    if job.kind == Job.Kind.IMPORT:
        address = reverse("admin:recognition_modelversion_change", args=[job.version_id])
        return address, _("Version %(number)d") % {"number": number}
    form = job.parameters["form"]
    if job.state == RunState.SUCCEEDED and bundles.path_of(job.version, form).exists():
        return reverse("training-export", args=[number, form]), _("Download")
    return reverse("training-exports", args=[number]), _("Exports")
