"""Pages of the admin that do not belong to a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

View = Callable[..., HttpResponseBase]


class StaffRequest(HttpRequest):
    """A request that `staff_page` let through."""

    user: User


_ONLY_LOOK = ("GET", "HEAD", "OPTIONS")


def staff_page(*permissions: str, to_change: Sequence[str] = ()) -> Callable[[View], View]:
    """Let only staff with one of these permissions (such as "recognition.review") in; others get a
    403.

    to_change: one of which whoever sends a form needs, if that takes more than to look. Without it,
    permissions that only let people view something let nobody send a form.
    """
    changing = to_change or [name for name in permissions if ".view_" not in name]

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            needed = permissions if request.method in _ONLY_LOOK else changing
            if not any(map(request.user.has_perm, needed)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return admin.site.admin_view(guarded)

    return decorate


def render_page(
    request: HttpRequest, template: str, title: str, context: dict[str, Any] | None = None
) -> HttpResponse:
    """A page with the admin's sidebar and header; its template extends "staff/page.html"."""
    return render(
        request, template, {**admin.site.each_context(request), "title": title, **(context or {})}
    )
