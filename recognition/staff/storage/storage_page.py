"""Storage: the last check's findings and what to do about each, and a button to check now."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from recognition.core import jobs
from recognition.models import Job
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.storage import storage_summary
from recognition.storage import checking

_RIGHT = jobs.RIGHTS[Job.Kind.STORAGE_CHECK]
_may_check = staff_page(_RIGHT, to_change=[_RIGHT])


class CheckForm(forms.Form):
    """Which of the three buttons was pressed."""

    what = forms.ChoiceField(choices=[(what, what) for what in ("some", "all", "repair")])


@_may_check
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    context = {"summary": storage_summary.summary(), "going_on": checking.going_on()}
    return render_page(request, "staff/storage/storage.html", _("Storage"), context)


@_may_check
@require_POST
def check(request: StaffRequest) -> HttpResponse:
    form = CheckForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    what = form.cleaned_data["what"]
    checking.ask_for(request.user, "all" if what == "all" else "some", what == "repair")
    messages.success(request, _("The check has been asked for."))
    return redirect("storage")
