"""Notifications: who is told of what, and a webhook or a person more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from recognition.notifications import receivers
from recognition.staff.base import StaffRequest, render_page, staff_page
from recognition.staff.notifications import delivery_texts
from recognition.staff.notifications.forms import MailForm, WebhookForm

RIGHT = "recognition.change_receiver"  # of a table that only administrators may change
may_set_up = staff_page(RIGHT, to_change=[RIGHT])


@may_set_up
@require_GET
def page(request: StaffRequest) -> HttpResponse:
    context = {
        "receivers": delivery_texts.shown(receivers.shown()),
        "most": receivers.MOST,
        "has_mail": settings.ARK_EMAIL,
    }
    return render_page(
        request, "staff/notifications/notifications.html", _("Notifications"), context
    )


@may_set_up
@never_cache
@require_http_methods(["GET", "POST"])
def add_webhook(request: StaffRequest) -> HttpResponse:
    form = WebhookForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            context["receiver"], context["secret"] = receivers.add_webhook(
                form.cleaned_data["url"], form.cleaned_data["events"], _site(request), request.user
            )
        except receivers.TooMany:
            _say_too_many(form)
    return render_page(request, "staff/notifications/add.html", _("Add a webhook"), context)


@may_set_up
@require_http_methods(["GET", "POST"])
def add_mail(request: StaffRequest) -> HttpResponse:
    form = MailForm(request.POST or None, initial={"language": get_language()})
    if form.is_valid():
        wanted = form.cleaned_data
        try:
            receivers.add_mail(
                wanted["person"],
                wanted["events"],
                wanted["language"],
                _site(request),
                request.user,
            )
        except receivers.TooMany:
            _say_too_many(form)
        else:
            messages.success(request, _("Mail goes out from now on."))
            return redirect("notifications")
    context = {"form": form, "has_mail": settings.ARK_EMAIL}
    return render_page(request, "staff/notifications/add.html", _("Tell a person by mail"), context)


def _site(request: StaffRequest) -> str:
    return request.build_absolute_uri("/")[:200]


def _say_too_many(form: forms.Form) -> None:
    text = _("There are %(most)d already. Remove one first.") % {"most": receivers.MOST}
    form.add_error(None, text)
