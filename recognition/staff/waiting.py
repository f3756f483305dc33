"""What a queued run or comparison waits for, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recognition.core import heartbeats
from recognition.labels.tree import LabelTree
from recognition.models import Comparison, Job, Mode, RunState, TrainingRun
from recognition.staff import job_texts
from recognition.staff.training import launch_summary, run_text
from recognition.training import runs

UNHEARD_AFTER = timedelta(seconds=20)
_OF_TEACHER = (
    *(Job.Kind.EXPORT, Job.Kind.IMPORT, Job.Kind.LEARNING_CURVE, Job.Kind.PERSON_DELETION),
    *(Job.Kind.LABEL_MERGE, Job.Kind.PHOTO_DELETION, Job.Kind.PHOTO_RESTORATION),
    Job.Kind.STORAGE_CHECK,
)
_UNFINISHED = (RunState.QUEUED, RunState.RUNNING)


def of_run(run: TrainingRun) -> str:
    """Empty unless it is queued."""
    if run.state != RunState.QUEUED:
        return ""
    before = _same_queue(run).exclude(id=run.id).select_related("parent")
    working = before.filter(state=RunState.RUNNING).order_by("created").first()
    queued = before.filter(state=RunState.QUEUED, created__lt=run.created).count()
    if not _is_heard(runs.worked_on_by(run), run.created):
        if run.mode == Mode.TEACH:
            reason = _("It waits for the teacher, which is not running.")
        else:
            reason = _("It waits for the trainer, which is not running.")
    elif working is not None:
        reason = _for_a_run(working)
    elif run.mode == Mode.TEACH and (work := _teachers_work()):
        reason = _("It waits for the teacher, which is busy: %(work)s.") % {"work": work}
    elif not queued:
        return _("It begins within seconds.")
    else:
        reason = ""
    return " ".join(filter(None, (reason, _queued_before(queued))))


def of_comparison(comparison: Comparison) -> str:
    """Empty unless it is queued."""
    if comparison.state != Comparison.State.QUEUED:
        return ""
    if not heartbeats.is_heard(heartbeats.TEACHER):
        return _("It waits for the teacher, which is not running.")
    if work := _teachers_work():
        return _("It waits for the teacher, which is busy: %(work)s.") % {"work": work}
    return _("It begins within seconds.")


def _for_a_run(working: TrainingRun) -> str:
    named = {"run": run_text.title(working)}
    if working.mode != Mode.TEACH and launch_summary.has_graphics_card():
        return _("It waits for the graphics card, which is busy with another run: %(run)s.") % named
    return _("It waits for another run: %(run)s.") % named


def _queued_before(count: int) -> str:
    text = ngettext("%(runs)d run is before it.", "%(runs)d runs are before it.", count)
    return text % {"runs": count} if count else ""


def _is_heard(part: str, since: datetime) -> bool:
    """A process that was just woken has not been heard yet."""
    is_new = timezone.now() - since < UNHEARD_AFTER
    return is_new or heartbeats.is_heard(part)


def _teachers_work() -> str:
    """What the teacher does at the moment; empty if that is nothing that anybody could name."""
    teaching = TrainingRun.objects.filter(state=RunState.RUNNING, mode=Mode.TEACH)
    if run := teaching.select_related("parent").first():
        return run_text.title(run)
    compared = Comparison.objects.filter(state=Comparison.State.RUNNING)
    if pair := compared.select_related("candidate", "baseline").first():
        numbers = {"candidate": pair.candidate.number, "baseline": pair.baseline.number}
        return _("version %(candidate)d is compared with version %(baseline)d") % numbers
    jobs = Job.objects.filter(state=RunState.RUNNING, kind__in=_OF_TEACHER)
    if job := jobs.select_related("version").first():
        return job_texts.title(job, {label.id: label for label in LabelTree()})
    return ""


def _same_queue(run: TrainingRun) -> QuerySet[TrainingRun]:
    """Runs that wait for the same process, or are in its hands."""
    modes = [Mode.TEACH] if run.mode == Mode.TEACH else [Mode.FINE_TUNE, Mode.FROM_SCRATCH]
    return TrainingRun.objects.filter(state__in=_UNFINISHED, mode__in=modes)
