"""The accuracy promise: what it would mean, whether it is on, and whether it is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from recognition.review import promise, statistics
from recognition.review.promise import AtLevel, Level, Outlook, Row
from recognition.review.thresholds import Threshold
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.formatting import short_percent

_LEVELS = {
    Level.LABEL: gettext_lazy("by label"),
    Level.GROUP: gettext_lazy("by group"),
    Level.KIND: gettext_lazy("as animal or vehicle"),
}
CHECK_RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def _choices(values: tuple[float, ...], now: float) -> list[tuple[float, str]]:
    """The values offered, and the present one."""
    return [(value, short_percent(value)) for value in sorted({*values, now})]


def _targets() -> list[tuple[float, str]]:
    return _choices(promise.TARGETS, promise.settings().target)


def _check_rates() -> list[tuple[float, str]]:
    return _choices(CHECK_RATES, promise.settings().check_rate)


class TargetForm(forms.Form):
    target = forms.TypedChoiceField(coerce=float, choices=_targets)


class PromiseForm(TargetForm):
    active = forms.BooleanField(required=False)
    check_rate = forms.TypedChoiceField(coerce=float, choices=_check_rates)


@staff_page("recognition.review")
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    now = promise.settings()
    form = TargetForm(request.GET)
    target = form.cleaned_data["target"] if form.is_valid() else now.target
    found = promise.report()
    evidence = promise.evidence_in(found)
    outlook = promise.outlook(evidence, target)
    checks = promise.checks_in(found)
    is_set = now.active and now.target == target
    in_force = outlook if now.target == target else promise.outlook(evidence, now.target)
    context = {
        "is_in_force": now.active and in_force.can_be_kept,
        "may_be_asked": outlook.can_be_kept or is_set,
        "now": now,
        "now_target": short_percent(now.target),
        "now_check_rate": short_percent(now.check_rate),
        "target": target,
        "target_percent": short_percent(target),
        "targets": _targets(),
        "check_rates": _check_rates(),
        "may_change": request.user.has_perm("recognition.change_promise"),
        "is_counted": "evidence" in found.data,
        "counted": found.made,
        "outlook": outlook,
        **_of_hundred(outlook),
        "levels": [_level(found, outlook) for found in outlook.levels],
        "shared": _threshold(outlook.shared),
        "lines": [_line(row) for row in outlook.rows],
        "checks": checks,
        "verdict": checks.verdict(now.target),
        "checks_low": short_percent(checks.precision.low),
        "checks_high": short_percent(checks.precision.high),
        "to_review": statistics.to_review().in_words,
    }
    return render_page(request, "staff/review/promise.html", _("Accuracy promise"), context)


@staff_page("recognition.review")
@require_POST
def change(request: StaffRequest) -> HttpResponse:
    if not request.user.has_perm("recognition.change_promise"):
        raise PermissionDenied
    form = PromiseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a target and a share to check from the lists."))
        return redirect("review-promise")
    try:
        promise.ask(**form.cleaned_data, by=request.user)
    except promise.CannotBeKept:
        messages.error(request, _("This cannot be promised yet. Nothing was changed."))
    else:
        _say_what_changed(request, form.cleaned_data["active"])
    return redirect("review-promise")


def _say_what_changed(request: StaffRequest, active: bool) -> None:
    if active:
        text = _("Switched on. What is sure enough is being accepted in the background.")
    else:
        text = _("Switched off. What was accepted goes back to the reviewers.")
    messages.success(request, text)


def _of_hundred(outlook: Outlook) -> dict[str, int]:
    """How many of 100 uploads are accepted, rounded down so as not to promise too much."""
    accepted = int(100 * (outlook.share or 0.0))
    return {"accepted_of_100": accepted, "left_of_100": 100 - accepted}


def _level(found: AtLevel, outlook: Outlook) -> dict[str, Any]:
    """A level with its share of all uploads, rounded down, and its bound, as text."""
    share = found.accepted / outlook.uploads if outlook.uploads else 0.0
    bound = short_percent(found.bound) if found.bound is not None else ""
    return {"name": _LEVELS[found.level], "share": f"{int(100 * share)}\u00a0%", "bound": bound}


def _line(row: Row) -> dict[str, Any]:
    share = short_percent(row.share) if row.share is not None else "–"
    return {"row": row, "share": share, "threshold": _threshold(row.threshold)}


def _threshold(threshold: Threshold | None) -> dict[str, str] | None:
    if threshold is None:
        return None
    return {
        "confidence": short_percent(threshold.confidence),
        "precision": short_percent(threshold.precision),
        "low": short_percent(threshold.bounds.low),
        "high": short_percent(threshold.bounds.high),
    }
