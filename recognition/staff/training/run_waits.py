"""What a queued run waits for, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recognition.core import heartbeats
from recognition.models import Mode, RunState, TrainingRun
from recognition.staff import teachers_work
from recognition.staff.training import launch_summary, run_text
from recognition.training import runs

UNHEARD_AFTER = timedelta(seconds=20)
_UNFINISHED = (RunState.QUEUED, RunState.RUNNING)


def waits_for(run: TrainingRun) -> str:
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
    elif run.mode == Mode.TEACH and (busy := teachers_work.busy()):
        reason = busy
    elif not queued:
        return _("It begins within seconds.")
    else:
        reason = ""
    return " ".join(filter(None, (reason, _queued_before(queued))))


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


def _same_queue(run: TrainingRun) -> QuerySet[TrainingRun]:
    """Runs that wait for the same process, or are in its hands."""
    modes = [Mode.TEACH] if run.mode == Mode.TEACH else [Mode.FINE_TUNE, Mode.FROM_SCRATCH]
    return TrainingRun.objects.filter(state__in=_UNFINISHED, mode__in=modes)
