"""Invite somebody by a link, which is shown once, or by mail; take an invitation back."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from recognition.models import Invitation, Role
from recognition.people import invitations, ranks, roles
from recognition.staff.base import StaffRequest, render_page
from recognition.staff.people.people_page import may_manage

logger = logging.getLogger(__name__)


class InviteForm(forms.Form):
    role = forms.TypedChoiceField(label=gettext_lazy("Role"), choices=Role.choices, coerce=Role)
    name = forms.CharField(label=gettext_lazy("Suggested username"), max_length=150, required=False)
    email = forms.EmailField(label=gettext_lazy("Mail address"), max_length=254, required=False)

    def offer(self, offered: list[Role]) -> None:
        self.fields["role"].choices = [(role.value, role.label) for role in offered]  # type: ignore[attr-defined]


@may_manage
@never_cache
@require_http_methods(["GET", "POST"])
def page(request: StaffRequest) -> HttpResponse:
    form = InviteForm(request.POST or None)
    form.offer(roles.grantable(request.user))
    context = {"form": form, "days": invitations.VALID_DAYS, "has_mail": _has_mail()}
    if form.is_valid():
        try:
            context |= _invite(request, form)
        except ranks.NotAllowed as refused:
            messages.error(request, refused.detail)
    return render_page(request, "staff/people/invite.html", _("Invite somebody"), context)


@may_manage
@require_POST
def revoke(request: StaffRequest, invitation_id: UUID) -> HttpResponse:
    invitations.revoke(get_object_or_404(Invitation, id=invitation_id), request.user)
    messages.success(request, _("The invitation was taken back: its link does not work any more."))
    return redirect("people")


def _invite(request: StaffRequest, form: InviteForm) -> dict[str, object]:
    wanted = form.cleaned_data
    invitation, code = invitations.invite(
        wanted["role"], request.user, wanted["email"], wanted["name"]
    )
    link = request.build_absolute_uri(reverse("invitation", args=[code]))
    sent = bool(invitation.email) and _has_mail() and _send(invitation, link)
    return {"link": link, "invitation": invitation, "is_sent": sent}


def _has_mail() -> bool:
    return bool(getattr(settings, "ARK_EMAIL", False))


def _send(invitation: Invitation, link: str) -> bool:
    text = _(
        "%(by)s invites you to Ark, which recognises vehicles and animals in photos.\n\n"
        "Open this link within %(days)d days, and choose a name and a password:\n%(link)s\n\n"
        "If you do not know what this is about, do nothing."
    ) % {"by": invitation.by, "days": invitations.VALID_DAYS, "link": link}
    try:
        send_mail(_("Your invitation to Ark"), text, None, [invitation.email])
    except (SMTPException, OSError) as error:
        logger.warning("an invitation could not be sent: %s", error)
        return False
    return True
