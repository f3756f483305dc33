"""Experiments: what happens if … — several runs, launched together and read side by side."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recognition.models import Experiment, RunState, Split
from recognition.models.ids import time_ordered_uuid
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.formatting import percent
from recognition.staff.training import experiment_summary, run_text, time_ranges
from recognition.staff.training.experiment_form import KINDS, MODES, ExperimentForm
from recognition.staff.training.launch_form import without_defaults
from recognition.training import datasets, experiments, search
from recognition.training.failures import CannotTrain

LISTED = 200  # the latest ones
_OVER = (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)


@staff_page("recognition.view_trainingrun")
@require_GET
def listed(request: StaffRequest) -> HttpResponse:
    counted = Experiment.objects.select_related("by").order_by("-created", "-id")
    counted = counted.annotate(
        runs_launched=Count("runs"),
        runs_over=Count("runs", filter=Q(runs__state__in=_OVER)),
        best=Max("runs__score"),
    )
    context = {
        "rows": [(experiment, percent(experiment.best)) for experiment in counted[:LISTED]],
        "presets": _presets(),
        "may_train": request.user.has_perm("recognition.train"),
    }
    return render_page(request, "staff/training/experiments.html", _("Experiments"), context)


@staff_page("recognition.train")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    if request.method != "POST":
        return _show(request, ExperimentForm(without_defaults(request.GET.dict())), is_posted=False)
    form = ExperimentForm(request.POST.dict())
    if form.is_valid():
        try:
            return redirect("training-experiment", _launch(request, form).id)
        except CannotTrain as refused:
            field = refused.field if refused.field in form.fields else None
            form.add_error(field, refused.words)
    return _show(request, form, is_posted=True)


@staff_page("recognition.view_trainingrun")
@require_GET
def page(request: StaffRequest, experiment_id: UUID) -> HttpResponse:
    experiment = _experiment(experiment_id)
    context = _live(request, experiment)
    return render_page(request, "staff/training/experiment.html", str(experiment), context)


@staff_page("recognition.view_trainingrun")
@require_GET
def live(request: StaffRequest, experiment_id: UUID) -> HttpResponse:
    """The part of the page that changes."""
    context = _live(request, _experiment(experiment_id))
    return render(request, "staff/training/_experiment_live.html", context)


@staff_page("recognition.train")
@require_POST
def stop(request: StaffRequest, experiment_id: UUID) -> HttpResponse:
    experiment = _experiment(experiment_id)
    experiments.stop(experiment)
    messages.success(request, _("No more trials are launched. A run that was launched goes on."))
    return redirect("training-experiment", experiment.id)


@staff_page("recognition.train")
@require_POST
def cancel(request: StaffRequest, experiment_id: UUID) -> HttpResponse:
    experiment = _experiment(experiment_id)
    experiments.cancel_all(experiment)
    return redirect("training-experiment", experiment.id)


def _experiment(experiment_id: UUID) -> Experiment:
    return get_object_or_404(Experiment.objects.select_related("by", "dataset"), id=experiment_id)


def _launch(request: StaffRequest, form: ExperimentForm) -> Experiment:
    given = form.cleaned_data
    if form.is_search:
        name = given["name"] or _("Search for good settings")
        return search.launch(request.user, name, form.setup, given["trials"], given["id"])
    thing = {"thing": form.things[given["vary"]]}
    name = given["name"] or _("What does it change: %(thing)s?") % thing
    setup, values = form.setup, given["values"]
    return experiments.compare(request.user, name[:100], setup, form.thing, values, given["id"])


def _show(request: StaffRequest, form: ExperimentForm, is_posted: bool) -> HttpResponse:
    preview = datasets.preview(form.mode, form.parent)
    is_valid = form.is_valid()
    if not is_posted and not form.data.get("values"):
        form.errors.pop("values", None)
        form.errors.pop("vary", None)
    runs = _runs(form) if is_valid else 0
    context = {
        "form": form,
        "modes": MODES,
        "kinds": KINDS,
        "presets": _presets(),
        "new_id": time_ordered_uuid(),
        "preview": preview,
        "runs": runs,
        "values_text": form.data.get("values", ""),
        "name_text": form.data.get("name", ""),
        "how_long": _how_long(form, preview, runs) if is_valid else "",
        "parameters": run_text.many(form.summary.parameters) if form.summary else "",
        "opens_settings": bool(set(form.errors) - {"values", "vary", "trials", "name"}),
    }
    return render_page(request, "staff/training/experiment_new.html", _("New experiment"), context)


def _runs(form: ExperimentForm) -> int:
    trials: int = form.cleaned_data["trials"]
    return trials if form.is_search else len(form.cleaned_data["values"])


def _how_long(form: ExperimentForm, preview: datasets.Preview, runs: int) -> str:
    """All runs, one after another, as text; empty if it cannot be guessed."""
    photos = preview.photos[Split.TRAIN] + preview.anchors
    setups = form.setups()
    guesses = [experiment_summary.seconds(setup, photos) for setup in setups]
    known = [guess for guess in guesses if guess is not None]
    if len(known) < len(setups):
        return ""
    low, high = (sum(bounds) for bounds in zip(*known, strict=True))
    return time_ranges.in_words(low * runs / len(setups), high * runs / len(setups))


def _live(request: StaffRequest, experiment: Experiment) -> dict[str, Any]:
    found = experiments.sides(experiment)
    labels = experiment.dataset.summary.get("labels", {})
    return {
        "experiment": experiment,
        "is_search": experiment.kind == Experiment.Kind.SEARCH,
        "is_going_on": experiment_summary.is_going_on(experiment, found),
        "progress": experiment_summary.progress(experiment, found),
        "answer": experiment_summary.answer(experiment, found),
        "columns": experiment_summary.columns(found),
        "rows": experiment_summary.rows(experiment, found),
        "charts": experiment_summary.charts(experiment, found),
        "photos": sum(sum(splits.values()) for splits in labels.values()),
        "may_train": request.user.has_perm("recognition.train"),
    }


def _presets() -> list[dict[str, str]]:
    """Questions that the tutorials ask, as addresses of the form."""
    three_stage = "mode=from_scratch&network=three_stage&vary="
    return [
        {
            "name": _("What happens if we add a layer?"),
            "text": _("The three-stage CNN with 3, 4, 5 and 6 convolution layers."),
            "query": f"{three_stage}option-layers&values=3, 4, 5, 6",
        },
        {
            "name": _("How large should a kernel be?"),
            "text": _("Convolutions that look at 3 × 3, 5 × 5 or 7 × 7 pixels."),
            "query": f"{three_stage}option-kernel_size&values=3, 5, 7",
        },
        {
            "name": _("Maximum or average?"),
            "text": _("Two ways of pooling: the largest of neighbouring values, or their mean."),
            "query": f"{three_stage}option-pooling&values=max, average",
        },
        {
            "name": _("How large should the steps be?"),
            "text": _("Three learning rates: too small is slow, too large never settles."),
            "query": f"{three_stage}learning_rate&values=0.0001, 0.001, 0.01",
        },
        {
            "name": _("Which network?"),
            "text": _("LeNet-5, the three-stage CNN and ResNet-18 on the same photos."),
            "query": f"{three_stage}network&values=lenet5, three_stage, resnet18",
        },
        {
            "name": _("Find good settings by itself"),
            "text": _(
                "A search over learning rate, weight decay and augmentation: each trial is a run, "
                "and the next one learns from those before."
            ),
            "query": "mode=fine_tune&kind=search&trials=12",
        },
    ]
