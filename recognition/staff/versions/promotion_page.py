"""Make a version live, or roll back to the one before; a page first says what that changes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recognition.models import Comparison, ModelVersion
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.versions import verdict_texts, version_summary
from recognition.versions import measured, registry
from recognition.versions.comparison import judging


@staff_page("recognition.promote")
@require_http_methods(["GET", "POST"])
def promote(request: StaffRequest, number: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, number=number)
    if request.method == "POST":
        return _carry_out(request, version)
    context = {**_changes(version), "old": registry.live_version()}
    title = _("Make version %(number)d live") % {"number": number}
    return render_page(request, "staff/versions/promote.html", title, context)


@staff_page("recognition.promote")
@require_http_methods(["GET", "POST"])
def roll_back(request: StaffRequest) -> HttpResponse:
    previous = registry.previous_live()
    if request.method == "POST":
        wanted = ModelVersion.objects.filter(number=_number(request.POST.get("to"))).first()
        return _carry_out(request, wanted or previous, is_back=True)
    if previous is None:
        messages.error(request, _("No other version was live before this one."))
        return redirect("admin:recognition_modelversion_changelist")
    context = {**_changes(previous), "old": registry.live_version(), "is_back": True}
    title = _("Roll back to version %(number)d") % {"number": previous.number}
    return render_page(request, "staff/versions/promote.html", title, context)


def _carry_out(
    request: StaffRequest, version: ModelVersion | None, is_back: bool = False
) -> HttpResponse:
    try:
        if is_back:
            version = registry.roll_back(request.user, to=version)
        elif version:
            registry.promote(version, request.user)
    except registry.CannotPromote as error:
        messages.error(request, str(error))
    else:
        text = _("Version %(number)d is live. New uploads are recognised by it within two seconds.")
        messages.success(request, text % {"number": version.number if version else 0})
    if version is None:
        return redirect("admin:recognition_modelversion_changelist")
    return redirect("admin:recognition_modelversion_change", version.id)


def _changes(version: ModelVersion) -> dict[str, Any]:
    """What the page says of the change to this version."""
    made = Comparison.objects.filter(
        candidate=version, baseline__live=True, state=Comparison.State.DONE
    )
    comparison = made.select_related("candidate", "baseline").first()
    lost = registry.lost_labels(version)
    context: dict[str, Any] = {
        "version": version,
        "accuracies": _accuracies(version),
        "lost": _(", ").join(label.name for label in lost),
        "is_doubtful": bool(lost or (comparison and judging.is_doubtful(comparison.findings))),
        "comparison": comparison,
    }
    if comparison:
        context["headline"] = verdict_texts.headline(comparison)
        context["verdict"] = verdict_texts.verdict(comparison)
    return context


def _accuracies(version: ModelVersion) -> list[tuple[int, str]]:
    """Number and accuracy of the live version and of this one, where they were measured."""
    rows = (registry.live_version(), version)
    measures = measured.measures_of(rows)
    return [
        (row.number, version_summary.accuracy(measures[row.id]))
        for row in rows
        if row.id in measures
    ]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0
