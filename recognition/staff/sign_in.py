"""The way into the admin."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _


def sign_in(request: HttpRequest) -> HttpResponse:
    """The site has one page to sign in, whose attempts are limited."""
    if request.user.is_authenticated:
        raise PermissionDenied(_("Only staff may enter the admin."))
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
