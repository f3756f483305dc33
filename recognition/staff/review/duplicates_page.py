"""Groups of near-duplicates: label a whole group, or set a photo apart from it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from recognition.labels.fields import LabelForm, offered_labels
from recognition.models import Via
from recognition.photos.selectors import photos_visible_to
from recognition.review import bulk, groups
from recognition.review.bulk import Snapshot
from recognition.staff import field_errors
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.bulk_messages import report_decided, report_left


@staff_page("recognition.review")
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    after = _uuid(request.GET.get("after", ""))
    found = groups.page(photos_visible_to(request.user), after)
    context = {"page": found, "after": after, "labels": offered_labels()}
    return render_page(request, "staff/review/duplicates.html", _("Near-duplicates"), context)


@staff_page("recognition.review")
@require_POST
def label(request: StaffRequest) -> HttpResponse:
    form = LabelForm(request.POST)
    snapshots = Snapshot.parse_all(request.POST.get("photos", "").split()[: groups.WINDOW])
    if form.is_valid():
        decided, left = bulk.decide(snapshots, form.cleaned_data["label"], request.user, Via.GRID)
        if decided:
            report_decided(request, decided)
        report_left(request, left)
    else:
        field_errors.report_all(request, form, at=f"label{snapshots[0] if snapshots else ''}")
    return _back(request)


@staff_page("recognition.review")
@require_POST
def set_apart(request: StaffRequest) -> HttpResponse:
    photo_id = _uuid(request.POST.get("photo", ""))
    if not photo_id:
        raise Http404
    photo = get_object_or_404(photos_visible_to(request.user), id=photo_id)
    groups.set_apart(photo.id)
    messages.success(
        request, _("“%(name)s” is out of its group of near-duplicates.") % {"name": photo.name}
    )
    return _back(request)


def _back(request: StaffRequest) -> HttpResponse:
    """To the page that the form was on."""
    after = _uuid(request.POST.get("after", ""))
    address = reverse("review-duplicates")
    return redirect(f"{address}?after={after}" if after else address)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
