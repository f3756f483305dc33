"""Teach or train: what is in the data set, three ways to learn from it, one button."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recognition.models import Mode, TrainingRun
from recognition.models.ids import time_ordered_uuid
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.training import launch_summary, run_text
from recognition.staff.training.launch_form import LaunchForm, without_defaults
from recognition.training import datasets, expected, runs
from recognition.training.failures import CannotTrain


@staff_page("recognition.train")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: StaffRequest) -> HttpResponse:
    if request.method != "POST":
        expected.expect_a_lesson()
        return _show(request, LaunchForm(_carried_over(request.GET)))
    form = LaunchForm(request.POST.dict())
    if form.is_valid():
        try:
            return redirect("training-run", _launch(request, form).id)
        except CannotTrain as refused:
            field = refused.field if refused.field in form.fields else None
            form.add_error(field, refused.words)
    return _show(request, form)


def _launch(request: StaffRequest, form: LaunchForm) -> TrainingRun:
    return runs.launch(
        request.user,
        form.mode,
        parent=form.parent,
        network=form.cleaned_data.get("network", ""),
        parameters=form.parameters(),
        network_options=form.network_options(),
        run_id=form.cleaned_data["id"],
    )


def _show(request: StaffRequest, form: LaunchForm) -> HttpResponse:
    preview = datasets.preview(form.mode, form.parent)
    is_posted = request.method == "POST"
    context: dict[str, Any] = {
        "form": form,
        "modes": _modes(),
        "new_id": time_ordered_uuid(),
        "preview": preview,
        "rows": launch_summary.rows(preview),
        "few_below": datasets.FEW,
        "lost": launch_summary.names(list(preview.lost)),
        "nobody_labelled": launch_summary.names(launch_summary.nobody_labelled(preview)),
        "changes": launch_summary.changes(preview),
        "parameters": run_text.many(form.summary.parameters) if form.summary else "",
        "how_long": launch_summary.how_long(form, preview),
        "opens_settings": not form.is_valid() or is_posted or bool(request.GET.get("like")),
    }
    return render_page(request, "staff/training/launch.html", _("Teach or train"), context)


def _carried_over(query: QueryDict) -> dict[str, Any]:
    """What was typed before the page was asked for again, or the settings of another run."""
    given = {name: str(value) for name, value in query.items()}
    if run := _alike(given.get("like", "")):
        return _settings_of(run) | given
    return dict(without_defaults(given))


def _alike(run_id: str) -> TrainingRun | None:
    try:
        return TrainingRun.objects.select_related("parent").filter(id=UUID(run_id)).first()
    except ValueError:
        return None


def _settings_of(run: TrainingRun) -> dict[str, Any]:
    options = run.parameters.get("network_options") or {}
    return {
        "mode": run.mode,
        "network": run.network,
        "parent": str(run.parent.number) if run.parent else "",
        **run.parameters,
        **{f"option-{name}": value for name, value in options.items()},
    }


def _modes() -> list[dict[str, str]]:
    return [
        {
            "value": Mode.TEACH,
            "name": _("Teach"),
            "time": _("seconds"),
            "text": _(
                "Adds what the labelled photos say to a version. It learns new labels, and forgets "
                "none. The best choice nearly always."
            ),
        },
        {
            "value": Mode.FINE_TUNE,
            "name": _("Fine-tune"),
            "time": _("minutes to hours"),
            "text": _(
                "Trains the whole network a little further, or its last stages. Worth it for "
                "hundreds of photos of things that look much alike."
            ),
        },
        {
            "value": Mode.FROM_SCRATCH,
            "name": _("Train from scratch"),
            "time": _("minutes to days"),
            "text": _(
                "Trains any network of the catalogue from the beginning. It knows nothing but your "
                "labelled photos, so it needs many: for comparisons, and to learn how networks "
                "learn."
            ),
        },
    ]
