"""What Ark does by itself: promote what is better, and teach by a schedule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recognition.models import TrainingPolicy
from recognition.staff import field_errors
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.training import automation

GAINS = (0.0, 0.002, 0.005, 0.01, 0.02, 0.05)
LABEL_LOSSES = (0.0, 0.02, 0.05, 0.1, 0.2)


def _choices(values: tuple[float, ...], now: float) -> list[tuple[float, str]]:
    """The shares offered, and the present one, as percentage points."""
    return [(value, number_format(f"{100 * value:g}")) for value in sorted({*values, now})]


def _gains() -> list[tuple[float, str]]:
    return _choices(GAINS, automation.settings().min_gain)


def _label_losses() -> list[tuple[float, str]]:
    return _choices(LABEL_LOSSES, automation.settings().max_label_loss)


class AutomationForm(forms.Form):
    promotes = forms.BooleanField(required=False)
    min_gain = forms.TypedChoiceField(coerce=float, choices=_gains)
    max_label_loss = forms.TypedChoiceField(coerce=float, choices=_label_losses)
    schedule = forms.ChoiceField(choices=TrainingPolicy.Schedule)
    hour = forms.IntegerField(min_value=0, max_value=23)
    new_labels = forms.IntegerField(min_value=1, max_value=100_000)


@staff_page("recognition.view_modelversion", to_change=("recognition.promote",))
@require_http_methods(["GET", "POST"])
def page(request: StaffRequest) -> HttpResponse:
    may_change = request.user.has_perm("recognition.promote")
    if request.method == "POST":
        return _change(request)
    now = automation.settings()
    context: dict[str, Any] = {
        "now": now,
        "may_change": may_change,
        "gains": _gains(),
        "label_losses": _label_losses(),
        "schedules": TrainingPolicy.Schedule.choices,
        "hours": [(hour, f"{hour:02}:00") for hour in range(24)],
    }
    return render_page(request, "staff/training/automation.html", _("Automation"), context)


def _change(request: StaffRequest) -> HttpResponse:
    form = AutomationForm(request.POST)
    if form.is_valid():
        automation.change(request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
    else:
        text = _("Choose values from the lists, and at least one new label.")
        field_errors.report(request, "new_labels", text)
    return redirect("training-policy")
