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

from recognition.labels.ordering import by_name
from recognition.models import Label, ModelVersion
from recognition.predictions import backfill
from recognition.staff import form_ids, job_texts
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
            said = form.cleaned_data["said"]
            backfill.request(version, request.user, said, form_ids.of(request))
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
            "labels": by_name(Label.objects.order_by()),
            "form_id": form_ids.new(),
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
    job = backfill.last_request(version)
    waiting = backfill.waiting(version)
    return {
        "job": job,
        "looked_at": job.result.get("looked_at", 0) if job else 0,
        "photos": job.result.get("photos") if job else None,
        "error": job_texts.error(job) if job else "",
        "waiting": waiting,
        "is_at_work": bool(waiting or (job and not job.is_over)),
    }
