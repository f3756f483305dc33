"""Groups of near-duplicates: keep one photo or all, label a whole group, or set a photo apart."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from recognition.labels.fields import LabelForm, offered_labels
from recognition.models import GroupDecision, Photo, Via
from recognition.photos.selectors import photos_visible_to
from recognition.review import bulk, groups, resolving
from recognition.review.bulk import Snapshot
from recognition.staff import field_errors
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.bulk_messages import report_decided, report_left


class KeepForm(forms.Form):
    photo = forms.UUIDField(required=False)
    group = forms.UUIDField()
    seen = forms.IntegerField(min_value=2)


@staff_page("recognition.review")
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    after = _uuid(request.GET.get("after", ""))
    found = groups.page(photos_visible_to(request.user), after)
    context = {
        "page": found,
        "after": after,
        "labels": offered_labels(),
        "decided": _decided(request),
        "latest": resolving.latest(request.user),
    }
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
def keep(request: StaffRequest) -> HttpResponse:
    """Keep just the photo that is named, or else all of the group."""
    form = KeepForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    photo, group, seen = (form.cleaned_data[name] for name in ("photo", "group", "seen"))
    try:
        if photo:
            made = resolving.keep_one(photo, seen, request.user)
        else:
            made = resolving.keep_all(group, seen, request.user)
    except Photo.DoesNotExist:
        raise Http404 from None
    except resolving.GroupChanged:
        messages.warning(
            request, _("The group has changed since the page was shown: look again, then decide.")
        )
        return _back(request)
    if resolving.loses_labels(made):
        messages.warning(request, _("The photo that you kept has no label, but another one had."))
    return _back(request, decided=made.id)


@staff_page("recognition.review")
@require_POST
def undo(request: StaffRequest) -> HttpResponse:
    made = _uuid(request.POST.get("decision", ""))
    decision = get_object_or_404(resolving.visible_to(request.user), id=made)
    resolving.undo(decision)
    messages.success(request, _("Undone: the group is shown again, and all its photos take part."))
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


def _decided(request: StaffRequest) -> GroupDecision | None:
    """The decision named in the address, which was just made here, if it stands."""
    made = _uuid(request.GET.get("decided", ""))
    return resolving.visible_to(request.user).filter(id=made, undone=None).first() if made else None


def _back(request: StaffRequest, **further: object) -> HttpResponse:
    """To the page that the form was on."""
    query = {"after": _uuid(request.POST.get("after", "")), **further}
    given = urlencode({name: value for name, value in query.items() if value})
    address = reverse("review-duplicates")
    return redirect(f"{address}?{given}" if given else address)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
