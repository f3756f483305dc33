"""One photo: what the network says about it, and what its owner can do with it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from recognition import removal, selectors
from recognition.models import Photo
from recognition.views.requests import SignedInRequest


@login_required
@require_GET
def photo(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    photo = _visible_photo(request, photo_id)
    newer, older = selectors.neighbours(photo)
    context = {
        "photo": photo,
        "may_delete": selectors.may_delete(request.user, photo),
        "top": selectors.top_labels(photo),
        "newer": newer,
        "older": older,
        "is_silent": not selectors.is_settled(photo) and not selectors.is_predictor_heard(),
    }
    return render(request, "photos/photo.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    photo = _visible_photo(request, photo_id)
    if not selectors.may_delete(request.user, photo):
        raise PermissionDenied
    if request.method == "GET":
        uses = removal.uses(Photo.objects.filter(id=photo.id))
        return render(request, "photos/delete.html", {"photo": photo, "uses": uses})
    removal.delete_photo(photo)
    messages.success(request, _("%(name)s was deleted.") % {"name": photo.name})
    return redirect("history")


def _visible_photo(request: SignedInRequest, photo_id: UUID) -> Photo:
    photos = selectors.photos_to_show(request.user).select_related("labelled_by")
    return get_object_or_404(photos, id=photo_id)
