"""Have photos predicted again by a version, in the background, and see how far that is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from recognition.labels.tree import LabelTree
from recognition.models import Label, ModelVersion, Repredicting
from recognition.predictions import backfill
from recognition.review import statistics
from recognition.staff.base import StaffRequest, render_page, staff_page


class SelectionForm(forms.Form):
    said = forms.ModelChoiceField(
        Label.objects.all(),
        to_field_name="slug",
        required=False,
        label=gettext_lazy("Only photos that were recognised as"),
    )


@staff_page("recognition.promote")
@require_http_methods(["GET", "POST"])
def page(request: StaffRequest, number: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, number=number)
    if request.method == "POST":
        form = SelectionForm(request.POST)
        if form.is_valid():
            backfill.request(version, request.user, form.cleaned_data["said"])
        else:
            messages.error(request, _("Choose a label from the list."))
        return redirect("training-predict-again", number)
    title = _("Predict photos again with version %(number)d") % {"number": number}
    return render_page(
        request,
        "staff/versions/predict_again.html",
        title,
        {
            "version": version,
            "labels": LabelTree().in_order(),
            **_progress(version),
        },
    )


@staff_page("recognition.promote")
@require_POST
def stop(request: StaffRequest, number: int) -> HttpResponse:
    version = get_object_or_404(ModelVersion, number=number)
    backfill.stop(version)
    messages.success(request, _("Stopped. What was predicted already stays."))
    return redirect("training-predict-again", number)


def _progress(version: ModelVersion) -> dict[str, Any]:
    asked = Repredicting.objects.filter(version=version).select_related("said", "by").first()
    waiting = backfill.waiting(version)
    known = statistics.current()
    return {
        "asked": asked,
        "waiting": waiting,
        "is_at_work": bool(waiting or (asked and not asked.finished)),
        "photos": known.data["photos"] if known else None,
    }
