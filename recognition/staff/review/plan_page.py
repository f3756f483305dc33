"""What an action on photos selected in a list would do, and doing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpResponse
from django.shortcuts import redirect

from recognition.labels.fields import LabelForm, offered_labels
from recognition.models import Label, Via
from recognition.photos.selectors import photos_visible_to
from recognition.review import bulk
from recognition.review.bulk import Snapshot
from recognition.staff.base import StaffRequest, render_page
from recognition.staff.bulk_messages import report_decided, report_left

MAX_PHOTOS = 200  # at once; a page of a list shows 50


def show(
    request: StaffRequest,
    photo_ids: set[UUID],
    title: str,
    form: LabelForm | None,
    label: Label | None = None,
) -> HttpResponse:
    """form: where the label is chosen; None if each photo gets its predicted label."""
    context = {
        **_plan(request, photo_ids, label),
        "action": request.POST["action"],
        "form": form,
        "label": label,
        "labels": offered_labels(),
        "is_ready": form is None or label is not None,
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return render_page(request, "staff/review/plan.html", title, context)


def execute(request: StaffRequest, label: Label | None) -> HttpResponse:
    """Decide about the photos that the page showed, as it showed them."""
    snapshots = Snapshot.parse_all(request.POST.getlist("shown")[:MAX_PHOTOS])
    decision, left = bulk.decide(snapshots, label, request.user, Via.LISTS)
    if decision:
        report_decided(request, decision)
    report_left(request, left)
    return redirect(request.get_full_path())


def _plan(request: StaffRequest, photo_ids: set[UUID], label: Label | None) -> dict[str, Any]:
    photos = photos_visible_to(request.user).filter(id__in=photo_ids)
    planned = bulk.changes(photos, label, request.user)
    return {
        "changing": [(change, Snapshot.of(change.photo)) for change in planned if change.label],
        "left": [change for change in planned if change.left],
        "chosen": [change.photo for change in planned],
    }
