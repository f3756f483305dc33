"""What can be changed about a person: each a form of their page, which then says what is so now."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from recognition.models import Role
from recognition.people import activation, quotas, ranks, roles, tokens
from recognition.people.authentication import factors, sessions
from recognition.staff import field_errors
from recognition.staff.base import StaffRequest
from recognition.staff.people.people_page import may_manage

_MOST_MB = 2_000_000_000


class RoleForm(forms.Form):
    role = forms.TypedChoiceField(choices=Role.choices, coerce=Role)


class QuotaForm(forms.Form):
    quota_mb = forms.IntegerField(min_value=0, max_value=_MOST_MB, required=False)


@may_manage
@require_POST
def role(request: StaffRequest, user_id: int) -> HttpResponse:
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    wanted: Role = form.cleaned_data["role"]

    def change(person: User) -> str:
        roles.set_role(person, wanted, request.user)
        text = _("The role of %(name)s is now: %(role)s.")
        return text % {"name": person.get_username(), "role": wanted.label}

    return _changed(request, user_id, change)


@may_manage
@require_POST
def further_rights(request: StaffRequest, user_id: int) -> HttpResponse:
    def change(person: User) -> str:
        roles.take_further_rights(person, request.user)
        return _("From now on %(name)s may do what the role says.") % {
            "name": person.get_username()
        }

    return _changed(request, user_id, change)


@may_manage
@require_POST
def quota(request: StaffRequest, user_id: int) -> HttpResponse:
    form = QuotaForm(request.POST)
    if not form.is_valid():
        field_errors.report(request, "quota", _("Enter a whole number of MB, or nothing."))
        return redirect("people-person", user_id)

    def change(person: User) -> str:
        quotas.set_quota(person, form.cleaned_data["quota_mb"], request.user)
        return _("Saved.")

    return _changed(request, user_id, change)


@may_manage
@require_POST
def active(request: StaffRequest, user_id: int) -> HttpResponse:
    """Whether the person may come in."""
    wanted = request.POST.get("active") == "yes"

    def change(person: User) -> str:
        if wanted:
            activation.reactivate(person, request.user)
            return _("%(name)s can sign in again.") % {"name": person.get_username()}
        activation.deactivate(person, request.user)
        return _("%(name)s cannot sign in any more.") % {"name": person.get_username()}

    return _changed(request, user_id, change)


@may_manage
@require_POST
def end_sessions(request: StaffRequest, user_id: int) -> HttpResponse:
    """Sign the person out everywhere."""

    def change(person: User) -> str:
        ended = sessions.end_everywhere(person, request.user)
        text = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", ended)
        return text % {"count": ended}

    return _changed(request, user_id, change)


@may_manage
@require_POST
def remove_factors(request: StaffRequest, user_id: int) -> HttpResponse:
    """For who has lost a phone or a key: the password alone is enough again."""

    def change(person: User) -> str:
        factors.remove_all(person, request.user)
        return _("The second factors of %(name)s were removed.") % {"name": person.get_username()}

    return _changed(request, user_id, change)


@may_manage
@require_POST
def revoke_tokens(request: StaffRequest, user_id: int) -> HttpResponse:
    """Revoke all of them."""

    def change(person: User) -> str:
        revoked = tokens.revoke_all(person, request.user)
        text = ngettext("%(count)d token was revoked.", "%(count)d tokens were revoked.", revoked)
        return text % {"count": revoked}

    return _changed(request, user_id, change)


@may_manage
@require_POST
def revoke_token(request: StaffRequest, user_id: int, token_id: UUID) -> HttpResponse:
    """Revoke one."""

    def change(person: User) -> str:
        tokens.revoke(get_object_or_404(tokens.of(person), id=token_id), request.user)
        return _("The token was revoked.")

    return _changed(request, user_id, change)


def _changed(request: StaffRequest, user_id: int, change: Callable[[User], str]) -> HttpResponse:
    """Only of who may do no more than whoever asks."""
    person = get_object_or_404(User, pk=user_id)
    try:
        if not ranks.may_change(request.user, person):
            raise ranks.NotAllowed("above_you")
        text = change(person)
    except ranks.NotAllowed as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, text)
    if not User.objects.filter(pk=request.user.pk, is_active=True).exists():
        return redirect("login")  # who has just deactivated themselves
    return redirect("people-person", user_id)
