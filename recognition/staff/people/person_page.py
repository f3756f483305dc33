"""One person: role, storage, sessions, tokens, password; deactivated, or deleted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from recognition.models import Role
from recognition.people import activation, ranks, roles, tokens
from recognition.people.authentication import factors, password_links
from recognition.people.quotas import MEGABYTE
from recognition.staff.base import StaffRequest, render_page
from recognition.staff.people import person_summary
from recognition.staff.people.people_page import may_manage


@may_manage
@never_cache
@require_GET
def page(request: StaffRequest, user_id: int) -> HttpResponse:
    return _render(request, user_id)


@may_manage
@never_cache
@require_POST
def password(request: StaffRequest, user_id: int) -> HttpResponse:
    """Shows the link on the page that answers: nowhere else can it be seen."""
    person = get_object_or_404(User, pk=user_id)
    try:
        keys = password_links.make(person, request.user)
    except ranks.NotAllowed as refused:
        messages.error(request, refused.detail)
        return redirect("people-person", user_id)
    link = request.build_absolute_uri(reverse("password-link", args=keys))
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    return _render(request, user_id, {"password_link": link, "password_hours": hours})


def _render(
    request: StaffRequest, user_id: int, more: dict[str, Any] | None = None
) -> HttpResponse:
    people = User.objects.select_related("profile").prefetch_related("groups")
    person = get_object_or_404(people, pk=user_id)
    [row] = person_summary.rows([person])
    context = {
        "row": row,
        "person": person,
        "profile": getattr(person, "profile", None),
        "may_change": ranks.may_change(request.user, person),
        "may_delete": request.user.has_perm("auth.delete_user"),
        "role": roles.role_of(person),
        "roles": _offered(request.user, person),
        "further": roles.further_rights(person),
        "tokens": tokens.of(person),
        "has_factor": factors.has_one(person),
        "deletion": activation.deletion_of(person),
        "default_quota_mb": settings.ARK_QUOTA_MB,
        "megabyte": MEGABYTE,
        **(more or {}),
    }
    return render_page(request, "staff/people/person.html", person.get_username(), context)


def _offered(by: User, person: User) -> list[tuple[str, str]]:
    """The roles to choose from, and the present one."""
    offered = {*roles.grantable(by), roles.role_of(person)}
    return [(role.value, str(role.label)) for role in Role if role in offered]
