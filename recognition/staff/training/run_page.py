"""A training run's own page: watch it, cancel it, go on with it, and see what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from recognition.models import RunState, TrainingRun
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.training import run_notes, run_summary, run_text, run_waits
from recognition.training import runs
from recognition.training.failures import CannotTrain, in_words


@staff_page("recognition.view_trainingrun")
@require_GET
def page(request: StaffRequest, run_id: UUID) -> HttpResponse:
    run = _run(run_id)
    context = {
        **_live(run),
        "network": run_text.network(run.network),
        "settings": run_summary.settings(run),
        "splits": run_summary.photos_by_label(run),
        "best": run_summary.best_epoch(run) if runs.can_keep_best(run) else None,
        "may_train": request.user.has_perm("recognition.train"),
        "may_promote": request.user.has_perm("recognition.promote"),
    }
    return render_page(request, "staff/training/run.html", run_text.title(run), context)


@staff_page("recognition.view_trainingrun")
@require_GET
def live(request: StaffRequest, run_id: UUID) -> HttpResponse:
    """The part of the page that changes. When the run is over, so is the whole page."""
    run = _run(run_id)
    if run.is_over:
        return HttpResponseClientRefresh()
    return render(request, "staff/training/_run_live.html", {**_live(run), "with_curves": True})


@staff_page("recognition.view_trainingrun")
@require_GET
def result(request: StaffRequest, run_id: UUID) -> HttpResponse:
    """What came of the run, asked for again until it was compared."""
    run = _run(run_id)
    found = run_summary.result(run)
    if found is None:
        raise Http404
    context = {
        "run": run,
        "result": found,
        "may_promote": request.user.has_perm("recognition.promote"),
    }
    return render(request, "staff/training/_run_result.html", context)


@staff_page("recognition.train")
@require_POST
def cancel(request: StaffRequest, run_id: UUID) -> HttpResponse:
    run = _run(run_id)
    runs.cancel(run)
    return redirect("training-run", run.id)


@staff_page("recognition.train")
@require_POST
def keep_best(request: StaffRequest, run_id: UUID) -> HttpResponse:
    run = _run(run_id)
    try:
        runs.keep_best(run)
        messages.success(request, _("The best epoch is being measured and saved as a version."))
    except CannotTrain as refused:
        messages.error(request, refused.words)
    return redirect("training-run", run.id)


@staff_page("recognition.train")
@require_POST
def resume(request: StaffRequest, run_id: UUID) -> HttpResponse:
    run = _run(run_id)
    try:
        runs.resume(run)
    except CannotTrain as refused:
        messages.error(request, refused.words)
    return redirect("training-run", run.id)


def _run(run_id: UUID) -> TrainingRun:
    found = TrainingRun.objects.select_related(
        "by", "parent", "dataset", "experiment", "model_version"
    )
    return get_object_or_404(found, id=run_id)


def _live(run: TrainingRun) -> dict[str, Any]:
    return {
        "run": run,
        "badge": run_text.BADGES[RunState(run.state)],
        "stage": run_text.stage(run),
        "took": run_text.took(run),
        "time_left": run_summary.time_left(run),
        "error": in_words(run.error) if run.error else "",
        "notes": run_notes.notes(run),
        "unheard": run_summary.is_unheard(run),
        "waits_for": run_waits.waits_for(run),
        "charts": run_summary.charts(run),
        "result": run_summary.result(run),
    }
