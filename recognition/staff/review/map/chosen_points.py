"""Photos that were chosen on the map: shown, given a label, or put before somebody once more."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from recognition.labels import asking
from recognition.labels.fields import LabelForm
from recognition.models import Via
from recognition.models.ids import time_ordered_uuid
from recognition.photos.selectors import photos_visible_to
from recognition.review import bulk
from recognition.review.bulk import Snapshot
from recognition.staff import form_ids
from recognition.staff.base import StaffRequest, staff_page
from recognition.staff.bulk_messages import report_decided, report_left

MOST = 1000  # photos that are chosen at once
MOST_ASKED = 200  # of which somebody is to look at each
_SHOWN = 60  # thumbnails


@staff_page("recognition.review")
@require_POST
def show(request: StaffRequest) -> HttpResponse:
    """The part of the page about what was chosen, as it is now: what changes until a label is sent
    is noticed then."""
    return _part(request, _ids(request.POST.get("photos", "")))


@staff_page("recognition.review")
@require_POST
def act(request: StaffRequest) -> HttpResponse:
    """Give a label, or have each looked at. What is wrong is said beside what was chosen."""
    chosen = Snapshot.parse_all(request.POST.get("photos", "").split()[:MOST])
    if "look" in request.POST:
        _ask(request, [snapshot.photo_id for snapshot in chosen])
        return _part(request, [])
    form = LabelForm(request.POST)
    if not form.is_valid():
        wrong = " ".join(map(str, form.errors["label"]))
        return _part(request, [snapshot.photo_id for snapshot in chosen], wrong)
    made, left = bulk.decide(chosen, form.cleaned_data["label"], request.user, Via.GRID)
    if made:
        report_decided(request, made)
    report_left(request, left)
    return trigger_client_event(_part(request, []), "ark:labels-changed")


def _part(request: StaffRequest, ids: Sequence[UUID], wrong: str = "") -> HttpResponse:
    """wrong: about the label that was typed."""
    there = photos_visible_to(request.user).in_bulk(ids)
    photos = [there[photo_id] for photo_id in ids if photo_id in there]
    context = {
        "photos": photos[:_SHOWN],
        "count": len(photos),
        "more": max(0, len(photos) - _SHOWN),
        "left": _number(request.POST.get("of", "")) > len(ids),
        "snapshots": " ".join(str(Snapshot.of(photo)) for photo in photos),
        "form_id": form_ids.new(),
        "wrong": wrong,
        "most": MOST,
        "most_asked": MOST_ASKED,
    }
    return render(request, "staff/review/map/_chosen.html", context)


def _ask(request: StaffRequest, chosen: list[UUID]) -> None:
    """They wait in the review queue under "questions to an expert"."""
    visible = photos_visible_to(request.user).select_related(None).filter(id__in=chosen)
    ids = list(visible.order_by("id").values_list("id", flat=True)[:MOST_ASKED])
    asked_id = form_ids.of(request) or time_ordered_uuid()
    asked = asking.ask_about(ids, request.user, _("Chosen on the map of photos"), asked_id)
    text = ngettext(
        "%(count)d photo waits to be looked at.", "%(count)d photos wait to be looked at.", asked
    )
    link = format_html(
        '{} <a class="underline" href="{}?order=questions">{}</a>',
        text % {"count": asked},
        reverse("review-queue"),
        _("Look at them"),
    )
    messages.success(request, link)
    if len(ids) > asked:
        again = ngettext(
            "About %(count)d photo somebody asks already.",
            "About %(count)d photos somebody asks already.",
            len(ids) - asked,
        )
        messages.info(request, again % {"count": len(ids) - asked})


def _ids(text: str) -> list[UUID]:
    """Without what makes no sense."""
    found = []
    for part in text.split()[:MOST]:
        try:
            found.append(UUID(part))
        except ValueError:
            continue
    return found


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0
