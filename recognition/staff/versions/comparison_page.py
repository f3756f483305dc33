"""Two versions side by side: what the candidate fixes and breaks, before anybody promotes it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from recognition.labels.tree import LabelTree
from recognition.models import ComparedPhoto, Comparison, Label, ModelVersion
from recognition.staff import teachers_work
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.versions import (
    comparison_summary,
    confidence_chart,
    confusion_matrix,
    verdict_texts,
)
from recognition.versions.comparison import comparing, judging

PREVIEW = 12  # photos of a kind on the page itself
PER_PAGE = 60
_MAY_COMPARE = ("recognition.train", "recognition.promote")
Outcome, Part, State = ComparedPhoto.Outcome, ComparedPhoto.Part, Comparison.State


class ReplayForm(forms.Form):
    replay = forms.TypedChoiceField(
        coerce=int,
        choices=[(count, count) for count in comparing.REPLAYS],
        required=False,
        empty_value=None,
    )


class FilterForm(forms.Form):
    part = forms.ChoiceField(choices=Part)
    outcome = forms.ChoiceField(choices=Outcome, required=False)
    label = forms.ModelChoiceField(Label.objects, to_field_name="slug", required=False)
    before = forms.ModelChoiceField(Label.objects, to_field_name="slug", required=False)
    after = forms.ModelChoiceField(Label.objects, to_field_name="slug", required=False)
    since = forms.IntegerField(min_value=0, max_value=2**62, required=False)


@staff_page("recognition.view_modelversion", to_change=_MAY_COMPARE)
@require_http_methods(["GET", "POST"])
def page(request: StaffRequest, candidate: int, baseline: int) -> HttpResponse:
    versions = _versions(candidate, baseline)
    if request.method == "POST":
        form = ReplayForm(request.POST)
        replay = form.cleaned_data["replay"] if form.is_valid() else None
        comparing.request(*versions, replay, by=request.user)
        return redirect("training-compare", candidate, baseline)
    comparison = _comparison(*versions)
    is_waiting = comparison is not None and comparison.state in (State.QUEUED, State.RUNNING)
    context = {
        "candidate": versions[0],
        "baseline": versions[1],
        "comparison": comparison,
        "is_waiting": is_waiting,
        "waits_for": teachers_work.comparison_waits_for(comparison) if comparison else "",
        "may_compare": any(map(request.user.has_perm, _MAY_COMPARE)),
        "failure": verdict_texts.failure(comparison) if comparison else "",
        "replays": comparing.REPLAYS,
        **(_findings(request, comparison) if comparison and comparison.findings else {}),
    }
    return render_page(request, "staff/versions/compare.html", _title(*versions), context)


@staff_page("recognition.view_modelversion")
@require_GET
def photos(request: StaffRequest, candidate: int, baseline: int) -> HttpResponse:
    """All photos of an outcome, or behind a cell of the confusion matrix."""
    versions = _versions(candidate, baseline)
    comparison = _comparison(*versions)
    form = FilterForm(request.GET)
    if comparison is None or not form.is_valid():
        raise Http404
    wanted = form.cleaned_data
    names = ("outcome", "label", "before", "after")
    rows = _visible(request, comparison, wanted["part"]).filter(
        **{name: wanted[name] for name in names if wanted[name]}
    )
    if wanted["since"]:
        rows = rows.filter(id__gt=wanted["since"])
    found = list(rows[: PER_PAGE + 1])
    query = request.GET.copy()
    if len(found) > PER_PAGE:
        query["since"] = str(found[PER_PAGE - 1].id)
    context = {
        "candidate": versions[0],
        "baseline": versions[1],
        "rows": found[:PER_PAGE],
        "next": query.urlencode() if len(found) > PER_PAGE else "",
        "tabs": _tabs(request, comparison),
        "wanted": wanted,
    }
    return render_page(request, "staff/versions/compare_photos.html", _title(*versions), context)


def _versions(candidate: int, baseline: int) -> tuple[ModelVersion, ModelVersion]:
    if candidate == baseline:
        raise Http404
    return (
        get_object_or_404(ModelVersion, number=candidate),
        get_object_or_404(ModelVersion, number=baseline),
    )


def _comparison(candidate: ModelVersion, baseline: ModelVersion) -> Comparison | None:
    rows = Comparison.objects.select_related("candidate", "baseline")
    return rows.filter(candidate=candidate, baseline=baseline).first()


def _title(candidate: ModelVersion, baseline: ModelVersion) -> str:
    numbers = {"candidate": candidate.number, "baseline": baseline.number}
    return _("Version %(candidate)d against version %(baseline)d") % numbers


def _findings(request: StaffRequest, comparison: Comparison) -> dict[str, Any]:
    tree = LabelTree()
    side = "baseline" if request.GET.get("matrix") == "baseline" else "candidate"
    findings = comparison.findings
    lost = comparison_summary.names(findings["lost"], tree)
    on_test = _visible(request, comparison, Part.TEST)
    return {
        "findings": findings,
        "headline": verdict_texts.headline(comparison),
        "broad": verdict_texts.broad(comparison),
        "verdict": verdict_texts.verdict(comparison),
        "knows": verdict_texts.knows(comparison),
        "lost": lost,
        "is_doubtful": judging.is_doubtful(findings),
        "gained": comparison_summary.names(findings["gained"], tree),
        "left_out": comparison_summary.left_out(comparison),
        "figures": list(comparison_summary.figures(comparison)),
        "is_stale": comparison_summary.is_stale(comparison),
        "made": comparison.made,
        "labels": comparison_summary.labels(comparison, tree),
        "reliability": confidence_chart.reliabilities(comparison),
        "matrix": confusion_matrix.matrix(findings[side], tree),
        "matrix_side": side,
        "cell_answer": "after" if side == "candidate" else "before",
        "fixed": on_test.filter(outcome=Outcome.FIXED)[:PREVIEW],
        "broken": on_test.filter(outcome=Outcome.BROKEN)[:PREVIEW],
        "replayed": _visible(request, comparison, Part.REPLAY)[:PREVIEW],
    }


def _visible(request: StaffRequest, comparison: Comparison, part: str) -> QuerySet[ComparedPhoto]:
    """In the order of their ids, ready to be shown. Who may not see everybody's photos sees those
    of their own."""
    rows = comparison.photos.filter(part=part).select_related("photo", "label", "before", "after")
    if not request.user.has_perm("recognition.view_all"):
        rows = rows.filter(photo__owner=request.user)
    return rows.order_by("id")


def _tabs(request: StaffRequest, comparison: Comparison) -> list[tuple[str, str, str, int]]:
    """(part, outcome, name, photos) of what there is to look at."""
    on_test = _visible(request, comparison, Part.TEST).order_by()
    counts = dict(on_test.values_list("outcome").annotate(Count("id")))
    always = (Outcome.FIXED, Outcome.BROKEN, Outcome.BOTH_WRONG, Outcome.BOTH_RIGHT)
    shown = [outcome for outcome in Outcome if outcome in always or counts.get(outcome)]
    tabs = [
        (Part.TEST.value, outcome.value, str(outcome.label), counts.get(outcome, 0))
        for outcome in shown
    ]
    replayed = _visible(request, comparison, Part.REPLAY).count()
    return [*tabs, (Part.REPLAY.value, "", str(Part.REPLAY.label), replayed)]
