"""What the teacher does at the moment, and so what others wait for, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from recognition.core import heartbeats
from recognition.labels.tree import LabelTree
from recognition.models import Comparison, Job, Mode, RunState, TrainingRun
from recognition.staff import job_texts

_JOBS = (
    *(Job.Kind.EXPORT, Job.Kind.IMPORT, Job.Kind.LEARNING_CURVE, Job.Kind.PERSON_DELETION),
    *(Job.Kind.LABEL_MERGE, Job.Kind.PHOTO_DELETION, Job.Kind.PHOTO_RESTORATION),
    Job.Kind.STORAGE_CHECK,
)


def comparison_waits_for(comparison: Comparison) -> str:
    """Empty unless it is queued."""
    if comparison.state != Comparison.State.QUEUED:
        return ""
    if not heartbeats.is_heard(heartbeats.TEACHER):
        return _("It waits for the teacher, which is not running.")
    return busy() or _("It begins within seconds.")


def busy() -> str:
    """That one waits for what the teacher does; empty if it does nothing that could be named."""
    work = _work()
    return _("It waits for the teacher, which is busy: %(work)s.") % {"work": work} if work else ""


def _work() -> str:
    teaching = TrainingRun.objects.filter(state=RunState.RUNNING, mode=Mode.TEACH)
    if teaching.exists():
        return _("a version is being taught")
    compared = Comparison.objects.filter(state=Comparison.State.RUNNING)
    if pair := compared.select_related("candidate", "baseline").first():
        numbers = {"candidate": pair.candidate.number, "baseline": pair.baseline.number}
        return _("version %(candidate)d is compared with version %(baseline)d") % numbers
    jobs = Job.objects.filter(state=RunState.RUNNING, kind__in=_JOBS)
    if job := jobs.select_related("version").first():
        return job_texts.title(job, {label.id: label for label in LabelTree()})
    return ""
