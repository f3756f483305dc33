"""Whether a person's photos keep their place."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from recognition.photos.capture import places
from recognition.site.requests import SignedInRequest


@login_required
@require_http_methods(["GET", "POST"])
def page(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        context = {"drops_place": places.are_dropped(request.user.pk)}
        return render(request, "site/accounts/place.html", context)
    is_dropped = "drop_place" in request.POST
    places.set_dropped(request.user, is_dropped)
    text = (
        _("From now on no place of your photos is stored; those that are there are being removed.")
        if is_dropped
        else _("The places of your photos are kept, and read from your originals again.")
    )
    messages.success(request, text)
    return redirect("place")
