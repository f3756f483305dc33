"""Undo decisions that were made together; the page first shows what that would do."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from recognition.labels import labelling
from recognition.models import BulkDecision, Decision
from recognition.review import bulk
from recognition.staff.base import StaffRequest, render_page, staff_page

_SHOWN = 48  # thumbnails of a decision about many


@staff_page("recognition.review")
@require_http_methods(["GET", "POST"])
def undo(request: StaffRequest, bulk_id: UUID) -> HttpResponse:
    decision = get_object_or_404(bulk.visible_to(request.user), id=bulk_id)
    if request.method == "POST":
        _report(request, *labelling.undo_bulk(decision, request.user))
        return redirect(_way_back(request))
    context = {
        "decision": decision,
        "preview": bulk.preview_undo(decision),
        "decisions": some_of(decision),
        "back": _way_back(request),
    }
    return render_page(request, "staff/review/undo.html", _("Undo a decision about many"), context)


def some_of(decision: BulkDecision) -> QuerySet[Decision]:
    """The first decisions of it, with their photos and labels."""
    made = decision.decision_set.select_related("photo", "from_label", "to_label")
    return made.order_by("id")[:_SHOWN]


def _report(request: HttpRequest, undone: int, since: int) -> None:
    text = ngettext("%(count)d photo went back.", "%(count)d photos went back.", undone)
    messages.success(request, text % {"count": undone})
    if since:
        text = ngettext(
            "%(count)d photo stays as it is: it was decided about again since.",
            "%(count)d photos stay as they are: they were decided about again since.",
            since,
        )
        messages.warning(request, text % {"count": since})


def _way_back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return reverse("admin:recognition_bulkdecision_changelist")
