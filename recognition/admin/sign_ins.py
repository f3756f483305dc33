"""The way into the admin, and who was locked out of it."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from recognition.admin.lists import ReadOnly


def sign_in(request: HttpRequest) -> HttpResponse:
    """The site has one page to sign in, whose attempts are limited."""
    if request.user.is_authenticated:
        raise PermissionDenied(_("Only staff may enter the admin."))
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ReadOnly):
    """To delete an attempt lets the person try again at once."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time")
    search_fields = ("username", "ip_address")
    fields = ("username", "ip_address", "user_agent", "failures_since_start", "attempt_time")

    def has_delete_permission(self, request: HttpRequest, obj: AccessAttempt | None = None) -> bool:
        return request.user.has_perm("axes.delete_accessattempt")
