"""Why a photo was answered as it was: what in it spoke for which label, and what taught that."""

from __future__ import annotations

import io
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from recognition.cnn.explain.explained import from_fields
from recognition.cnn.explain.placing import heat_picture, over_photo
from recognition.cnn.pixels.boxes import Box
from recognition.core import heartbeats
from recognition.explanations import asking, kept, whys
from recognition.explanations.asked_about import About, about
from recognition.labels import labelling
from recognition.labels.fields import LabelForm, offered_labels
from recognition.labels.labelling import ChangedMeanwhile, Seen
from recognition.labels.tree import LabelTree
from recognition.models import Job, Photo, RunState, Via
from recognition.photos import selectors
from recognition.site.inside import why_shown
from recognition.site.requests import SignedInRequest
from recognition.staff import field_errors

_MAP_SIDE = 640  # pixels
_KEPT_FOR_S = 3600
_Response = TypeVar("_Response", bound=HttpResponseBase)
_QUICK, _MOST_TRIES = 20, 300  # looks of a waiting page: each quarter of a second, then each second


@login_required
@require_GET
def page(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    photo = _visible(request, photo_id)
    tree = LabelTree()
    asked = about(photo, tree)
    context: dict[str, Any] = {"photo": photo, "asked": asked}
    if asked is None:
        return render(request, "site/inside/why.html", context)
    document = _fresh(photo, asked)
    context |= {"nearest": why_shown.nearest(asked.prediction, request.user)}
    context |= {"may_review": request.user.has_perm("recognition.review")}
    if document is None or not document["is_checked"]:
        context |= _waiting(request, photo, asked)
    if document is not None:
        view, slug = _number(request, "view"), request.GET.get("label", "")
        why = why_shown.why(document, asked.prediction, tree, view, slug)
        context |= {"is_there": True, "why": why, "digest": asked.digest[:12]}
        context |= {"seen": _in_pixels(photo, why.place) if why else None}
        if asked.wrong and document["pulled"]:
            context |= {
                "pulled": why_shown.pulled(document, request.user),
                "taught": document["pulled"]["taught"],
                "wrong": tree[asked.wrong],
                "labels": offered_labels(),
            }
    return render(request, "site/inside/why.html", context)


@login_required
@require_GET
def heat(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """The map of a label in a view, to be laid over the photo."""
    visible = selectors.with_subjects(selectors.photos_visible_to(request.user))
    photo = get_object_or_404(visible, id=photo_id)
    asked = about(photo, LabelTree())
    document = _fresh(photo, asked) if asked else None
    number = _number(request, "view")
    if document is None or number >= len(document["views"]):
        raise Http404
    view = document["views"][number]
    slug = request.GET.get("label", "")
    fields = next((fields for fields in view["labels"] if fields["slug"] == slug), None)
    if fields is None:
        raise Http404
    values = from_fields(fields).map.values
    shrunk = min(1.0, _MAP_SIDE / max(photo.width, photo.height))
    size = max(1, round(photo.width * shrunk)), max(1, round(photo.height * shrunk))
    content = io.BytesIO()
    heat_picture(over_photo(values, Box(*view["place"]), size)).save(content, "WEBP")
    return _private(HttpResponse(content.getvalue(), content_type="image/webp"))


@login_required
@require_GET
def shown(request: SignedInRequest, photo_id: UUID) -> HttpResponseBase:
    """What the network was shown for the check: the hot spot alone, or all but it."""
    photo = get_object_or_404(selectors.photos_visible_to(request.user), id=photo_id)
    version = photo.prediction.model_version if photo.prediction else None
    part = request.GET.get("part", "")
    if version is None or part not in whys.PARTS:
        raise Http404
    name = whys.picture_name(_number(request, "view"), part)
    try:
        picture = kept.picture(photo.id, version.number, name).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return _private(FileResponse(picture, content_type="image/webp"))


@login_required
@require_POST
def again(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Ask once more for what could not be worked out."""
    photo = _visible(request, photo_id)
    asked = about(photo, LabelTree())
    if asked is not None:
        _ask(request, photo, asked, again=True)
    return redirect("why", photo_id)


@login_required
@require_POST
def label(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Correct the label of a photo that pulled towards a wrong one."""
    if not request.user.has_perm("recognition.review"):
        raise PermissionDenied
    address = f"{reverse('why', args=[photo_id])}#pulled"
    other_id, seen = _uuid(request, "photo"), Seen(_uuid(request, "seen"))
    visible = selectors.photos_visible_to(request.user)
    other = get_object_or_404(visible, id=other_id)
    form = LabelForm(request.POST)
    if not form.is_valid():
        field_errors.report_all(request, form, at=f"label{other.id}")
        return redirect(address)
    chosen = form.cleaned_data["label"]
    try:
        labelling.decide(other.id, chosen, request.user, Via.PAGE, seen=seen)
    except Photo.DoesNotExist:  # deleted meanwhile
        raise Http404 from None
    except ChangedMeanwhile:
        text = _("Somebody decided about this photo since you opened it: look again.")
        messages.warning(request, text)
    else:
        text = _("The label of %(name)s is now %(label)s.")
        messages.success(request, text % {"name": other.name, "label": chosen})
    return redirect(address)


def _private(response: _Response) -> _Response:
    """Its address names the explanation, so the browser may keep it; for this session only."""
    response["Cache-Control"] = f"private, max-age={_KEPT_FOR_S}"
    patch_vary_headers(response, ["Cookie"])
    return response


def _waiting(request: SignedInRequest, photo: Photo, asked: About) -> dict[str, Any]:
    """What the page does until all is there. An explanation that failed is not asked for again."""
    tries = _number(request, "tries")
    job = _ask(request, photo, asked)
    if job is not None and job.state == RunState.FAILED:
        return {"failed": job.error}
    is_silent = tries >= _QUICK and not heartbeats.is_heard(heartbeats.EXPLAINER)
    delay = "250ms" if tries < _QUICK else "1s"
    return {
        "waits": True,
        "tries": tries + 1 if tries < _MOST_TRIES else None,
        "delay": delay,
        "is_silent": is_silent,
    }


def _ask(request: SignedInRequest, photo: Photo, asked: About, again: bool = False) -> Job | None:
    """None if this person has too much to wait for: the next look asks again."""
    version = asked.prediction.model_version
    if version is None:
        return None
    try:
        return asking.ask(photo, version, asking.WHY, request.user, again)
    except asking.TooMany:
        return None


def _fresh(photo: Photo, asked: About) -> dict[str, Any] | None:
    """What is kept, if it is about the answer that the photo shows now."""
    version = asked.prediction.model_version
    document = kept.read(photo.id, version.number, asking.WHY) if version else None
    return document if document and document.get("about") == asked.digest else None


def _in_pixels(photo: Photo, place: Box) -> tuple[int, int, int, int]:
    """Left, top, width and height."""
    left, right = place.left * photo.width, place.right * photo.width
    top, bottom = place.top * photo.height, place.bottom * photo.height
    return round(left), round(top), round(right - left), round(bottom - top)


def _number(request: SignedInRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _uuid(request: SignedInRequest, name: str) -> UUID | None:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        return None


def _visible(request: SignedInRequest, photo_id: UUID) -> Photo:
    photos = selectors.photos_to_show(request.user).select_related("labelled_by")
    return get_object_or_404(photos, id=photo_id)
