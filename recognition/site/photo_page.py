"""One photo: what the network says about it, and what its owner can do with it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recognition.core import heartbeats
from recognition.labels import labelling
from recognition.labels.fields import LabelForm, offered_labels
from recognition.labels.labelling import ChangedMeanwhile, Seen
from recognition.models import Label, Photo, Via
from recognition.photos import deletion, selectors
from recognition.site.requests import SignedInRequest


@login_required
@require_GET
def photo(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    photo = _visible_photo(request, photo_id)
    newer, older = selectors.neighbours(photo)
    decisions = selectors.decisions_about(photo, request.user)
    context = {
        "photo": photo,
        "may_delete": selectors.may_delete(request.user, photo),
        "top": selectors.top_labels(photo.prediction),
        "other_answers": selectors.other_answers(photo),
        "newer": newer,
        "older": older,
        "decisions": decisions,
        "labelled_by": selectors.name_shown(photo.labelled_by, photo, request.user),
        "is_silent": not selectors.is_settled(photo) and not heartbeats.is_heard(),
    }
    if request.user.has_perm("recognition.review"):
        context |= {
            "may_review": True,
            "seen": decisions[0].decision.id if decisions else "",
            "labels": offered_labels(),
            "near_duplicates": selectors.near_duplicates(photo, request.user),
        }
    elif photo.owner_id == request.user.id:
        context |= {"may_suggest": True, "labels": offered_labels()}
    return render(request, "site/photos/photo.html", context)


@login_required
@require_POST
def label(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Confirm or correct the label, on the photo's page."""
    photo = _visible_photo(request, photo_id)
    if not request.user.has_perm("recognition.review"):
        raise PermissionDenied
    form = LabelForm(request.POST)
    if form.is_valid():
        _decide(request, photo, form.cleaned_data["label"])
    else:
        for error in form.errors["label"]:
            messages.error(request, str(error))
    return redirect("photo", photo.id)


def _decide(request: SignedInRequest, photo: Photo, label: Label) -> None:
    try:
        seen = Seen(UUID(request.POST.get("seen", "")))
    except ValueError:
        seen = Seen(None)
    try:
        labelling.decide(photo.id, label, request.user, Via.PAGE, seen=seen)
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
        return render(request, "site/photos/delete.html", {"photo": photo, "uses": uses})
    deletion.delete_photo(photo)
    messages.success(request, _("%(name)s was deleted.") % {"name": photo.name})
    return redirect("history")


def _visible_photo(request: SignedInRequest, photo_id: UUID) -> Photo:
    photos = selectors.photos_to_show(request.user).select_related("labelled_by")
    return get_object_or_404(photos, id=photo_id)
