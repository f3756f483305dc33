"""One photo: what the network says about it, and what its owner can do with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recognition.core import heartbeats
from recognition.labels import annotating, asking, labelling, left_out
from recognition.labels.fields import BoxedLabelForm, PartForm, offered_labels
from recognition.labels.labelling import ChangedMeanwhile, Seen
from recognition.labels.tree import LabelTree
from recognition.models import Label, Photo, Via
from recognition.photos import deletion, parts, selectors
from recognition.photos.capture import leaving, places
from recognition.photos.capture.columns import Place
from recognition.photos.contents import contents
from recognition.photos.orders import listing
from recognition.site.history.query import HistoryQuery, is_from_history, with_list
from recognition.site.requests import SignedInRequest
from recognition.site.trash_messages import report_deleted
from recognition.staff import field_errors


@login_required
@require_GET
def photo(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    photo = _visible_photo(request, photo_id)
    if request.GET.get("look") == "due" and parts.is_looked_for(photo):
        return HttpResponse(status=204)  # nothing to show yet
    decisions = selectors.decisions_about(photo, request.user)
    place = places.shown_to(request.user, photo)
    context = {
        "photo": photo,
        "may_delete": selectors.may_delete(request.user, photo),
        "top": selectors.top_labels(photo.prediction),
        **_parts(photo),
        "other_answers": selectors.other_answers(photo),
        **_place(request, photo),
        "decisions": decisions,
        "place": place,
        "takes_place": _takes_place(request.user, photo, place),
        "labelled_by": selectors.name_shown(photo.labelled_by, photo, request.user),
        "is_silent": not selectors.is_settled(photo) and not heartbeats.is_heard(),
    }
    if request.user.has_perm("recognition.review"):
        context |= {
            "may_review": True,
            "seen": decisions[0].decision.id if decisions else "",
            "labels": offered_labels(),
            "near_duplicates": selectors.near_duplicates(photo, request.user),
            "notes": asking.notes_of([photo.id]).get(photo.id),
            "question": asking.open_of([photo.id]).get(photo.id),
            "is_left_out": photo.id in left_out.among([photo.id]),
        }
    elif photo.owner_id == request.user.id:
        context |= {"may_suggest": True, "labels": offered_labels()}
    return render(request, "site/photos/photo.html", context)


def _place(request: SignedInRequest, photo: Photo) -> dict[str, Any]:
    """In the list of History that its address tells of; otherwise among all of its owner."""
    query = HistoryQuery.of(request.GET, request.user)
    if not is_from_history(request.GET):
        newer, older = selectors.neighbours(photo)
        return {"before": newer, "behind": older, "history_address": query.address("history")}
    photos = query.of_whom(selectors.photos_visible_to(request.user), request.user)
    block = query.place.block
    near = listing.neighbours(photos, query.filters, query.order, block, photo)
    return {
        "before": near.before,
        "behind": near.behind,
        "history_address": query.address("history"),
        "photo_suffix": query.suffix(block),
    }


def _back_to(request: SignedInRequest, photo_id: UUID) -> HttpResponseRedirect:
    """To the photo's page, in the list that it was in."""
    return redirect(with_list(request, reverse("photo", args=[photo_id])))


def _takes_place(user: User, photo: Photo, place: Place | None) -> bool:
    """Whether there is a place to take along that this person does not get unasked."""
    is_told = place is not None or places.are_dropped(photo.owner_id)
    unasked = leaving.with_place(user, photo, None)
    return is_told and not unasked and leaving.may_take_place(user, photo)


def _parts(photo: Photo) -> dict[str, Any]:
    """What the page frames and lists."""
    found = parts.parts(photo, LabelTree().said)
    return {
        "parts": found,
        "contents": contents(part.label for part in found if part.label),
        "is_looked_for": parts.is_looked_for(photo),
        "is_without": parts.is_without(photo),
    }


@login_required
@require_POST
def label(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Confirm or correct the label, on the photo's page."""
    photo = _photo_to_review(request, photo_id)
    form = BoxedLabelForm(request.POST)
    if form.is_valid():
        _decide(request, photo, form.cleaned_data["label"], form.cleaned_data["box"])
    else:
        field_errors.report_all(request, form, at="label")
    return _back_to(request, photo.id)


@login_required
@require_POST
def label_part(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Give a part of the photo a label of its own."""
    photo = _photo_to_review(request, photo_id)
    form = PartForm(request.POST)
    if not form.is_valid():
        field_errors.report_all(request, form, at=f"part{request.POST.get('box', '')}")
        return _back_to(request, photo.id)
    label = form.cleaned_data["label"]
    try:
        annotating.annotate(photo.id, form.cleaned_data["box"], label, request.user)
    except Photo.DoesNotExist:  # deleted meanwhile
        raise Http404 from None
    except annotating.TooMany as too_many:
        messages.error(request, str(too_many))
    else:
        messages.success(request, _("That part is now labelled %(label)s.") % {"label": label})
    return _back_to(request, photo.id)


@login_required
@require_POST
def unlabel_part(request: SignedInRequest, photo_id: UUID, annotation_id: UUID) -> HttpResponse:
    """Take the label of a part of the photo away."""
    photo = _photo_to_review(request, photo_id)
    if photo.annotations.filter(id=annotation_id).exists():
        annotating.remove_annotation(annotation_id)
    messages.success(request, _("That part has no label of its own any more."))
    return _back_to(request, photo.id)


def _photo_to_review(request: SignedInRequest, photo_id: UUID) -> Photo:
    photo = _visible_photo(request, photo_id)
    if not request.user.has_perm("recognition.review"):
        raise PermissionDenied
    return photo


def _decide(request: SignedInRequest, photo: Photo, label: Label, box: list[float] | None) -> None:
    try:
        seen = Seen(UUID(request.POST.get("seen", "")))
    except ValueError:
        seen = Seen(None)
    try:
        labelling.decide(photo.id, label, request.user, Via.PAGE, seen=seen, box=box)
    except Photo.DoesNotExist:  # deleted meanwhile
        raise Http404 from None
    except ChangedMeanwhile:
        text = _("Somebody decided about this photo since you opened it: look again.")
        messages.warning(request, text)
    else:
        messages.success(request, _("The label is now %(label)s.") % {"label": label})


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    photo = _visible_photo(request, photo_id)
    if not selectors.may_delete(request.user, photo):
        raise PermissionDenied
    if request.method == "GET":
        uses = deletion.uses(Photo.objects.filter(id=photo.id))
        context = {"photo": photo, "uses": uses, "days": settings.ARK_TRASH_DAYS}
        context["photo_suffix"] = with_list(request, "")
        return render(request, "site/photos/delete.html", context)
    for_ever = "for_ever" in request.POST
    deleted = deletion.delete_photo(photo, request.user, for_ever)
    report_deleted(request, deleted, for_ever, photo=photo)
    return redirect(HistoryQuery.of(request.GET, request.user).address("history"))


def _visible_photo(request: SignedInRequest, photo_id: UUID) -> Photo:
    photos = selectors.photos_to_show(request.user).select_related("labelled_by")
    return get_object_or_404(photos, id=photo_id)
