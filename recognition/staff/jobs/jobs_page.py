"""Jobs: the newest first, who asked, how far each is, what came of it, and a way to cancel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from recognition.core import jobs
from recognition.labels.tree import LabelTree
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.jobs import job_summary

PAGE_SIZE = 30
_may_ask_for_any = staff_page(*jobs.RIGHTS.values())


@_may_ask_for_any
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    return render_page(request, "staff/jobs/jobs.html", _("Jobs"), _context(request))


@_may_ask_for_any
@require_GET
def live(request: StaffRequest) -> HttpResponse:
    """The part of the page that changes."""
    return render(request, "staff/jobs/_jobs_live.html", _context(request))


@_may_ask_for_any
@require_POST
def cancel(request: StaffRequest, job_id: UUID) -> HttpResponse:
    job = get_object_or_404(jobs.visible_to(request.user), id=job_id)
    jobs.cancel(job.id)
    return redirect("jobs")


def _context(request: StaffRequest) -> dict[str, Any]:
    visible = jobs.visible_to(request.user).select_related("by", "version")
    shown = Paginator(visible.order_by("-created", "-id"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    labels = {label.id: label for label in LabelTree()}
    return {
        "page": shown,
        "rows": [job_summary.row(job, labels) for job in shown],
        "is_live": any(not job.is_over for job in shown),
        "unheard": job_summary.unheard(shown),
    }
