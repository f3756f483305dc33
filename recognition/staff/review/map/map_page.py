"""The map of the photos: what looks alike to the network stands close together."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from recognition.analysis.photo_map import map_file, map_points, map_state
from recognition.analysis.photo_map.drawing import MOST
from recognition.labels.fields import offered_labels
from recognition.models import Kind
from recognition.photos.selectors import photos_visible_to
from recognition.staff import form_ids, job_texts
from recognition.staff.base import StaffRequest, render_page, staff_page


@staff_page("recognition.review")
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    """The first visit has the map drawn."""
    about = map_file.about()
    if map_state.is_to_begin(about, map_state.last_job()):
        map_state.ask(request.user)
    context = {
        **_drawing(has_map=about is not None),
        "about": about,
        "form_id": form_ids.new(),
        "kinds": Kind.choices,
        "labels": offered_labels(),
        "most": MOST,
        "sees_all": request.user.has_perm("recognition.view_all"),
    }
    if about:
        context["since"] = map_state.came_since(about, request.user)
        context["is_of_another_network"] = map_state.is_of_another_network(about)
    return render_page(request, "staff/review/map/map.html", _("Map of photos"), context)


@staff_page("recognition.review")
@require_GET
def live(request: StaffRequest) -> HttpResponse:
    """How far the drawing is. Where no map is shown, the page is asked for again once it is over;
    else it says that there is another one."""
    drawing = _drawing(has_map="map" in request.GET)
    if not drawing["is_drawn"] and not drawing["has_map"]:
        return HttpResponseClientRefresh()
    return render(request, "staff/review/map/_live.html", {**drawing, "was_drawn": True})


@staff_page("recognition.review")
@require_POST
def draw(request: StaffRequest) -> HttpResponse:
    map_state.ask(request.user, form_ids.of(request))
    messages.success(request, _("The map is being drawn. It takes about a minute."))
    return redirect("review-map")


@staff_page("recognition.review")
@gzip_page
@require_GET
def points(request: StaffRequest) -> HttpResponse:
    """All that this person may see, as static/staff/map/points.js reads it: 16 bytes of each id,
    x and y as two uint16, and a uint16 for its label, of which the highest bit says that people
    have not given it."""
    last = map_file.last()
    if last is None:
        return JsonResponse({"code": "not_drawn"}, status=404)
    found = map_points.visible(last, request.user)
    labels = found.label_of | (~found.is_labelled).astype("<u2") << 15
    return JsonResponse(
        {
            "labels": [
                {"name": str(label), "slug": label.slug, "kind": label.kind}
                for label in found.labels
            ],
            "ids": _text(b"".join(id_.bytes for id_ in found.ids)),
            "places": _text(found.places.astype("<u2").tobytes()),
            "labelOf": _text(labels.astype("<u2").tobytes()),
        }
    )


@staff_page("recognition.review")
@require_GET
def photo(request: StaffRequest, photo_id: UUID) -> HttpResponse:
    """What is shown of a photo beside its point."""
    found = get_object_or_404(photos_visible_to(request.user), id=photo_id)
    return render(request, "staff/review/map/_photo.html", {"photo": found})


def _drawing(has_map: bool) -> dict[str, Any]:
    job = map_state.last_job()
    return {
        "job": job,
        "is_drawn": job is not None and not job.is_over,
        "error": job_texts.error(job) if job else "",
        "has_map": has_map,
    }


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
