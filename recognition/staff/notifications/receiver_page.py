"""One receiver: its settings, a test, the log of its deliveries."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recognition.models import Delivery, Receiver
from recognition.notifications import deliveries, receivers
from recognition.staff.base import StaffRequest, render_page
from recognition.staff.notifications import delivery_texts
from recognition.staff.notifications.forms import ChangeForm
from recognition.staff.notifications.notifications_page import may_set_up

PAGE_SIZE = 50


class LogForm(forms.Form):
    """What of the log is shown. before: the last delivery of the page before."""

    what = forms.ChoiceField(choices=[("", ""), ("failed", "")], required=False)
    before = forms.UUIDField(required=False)


@may_set_up
@require_http_methods(["GET", "POST"])
def page(request: StaffRequest, receiver_id: UUID) -> HttpResponse:
    receiver = _receiver(receiver_id)
    form = ChangeForm(request.POST or None, receiver=receiver)
    if form.is_valid():
        receivers.change(
            receiver, request.user, form.cleaned_data["events"], form.cleaned_data["active"]
        )
        messages.success(request, _("Saved."))
        return redirect("notifications-receiver", receiver.id)
    context = {"form": form, **_log(request, receiver)}
    return _shown(request, receiver, context)


@may_set_up
@require_GET
def log(request: StaffRequest, receiver_id: UUID) -> HttpResponse:
    """The part of the page that changes."""
    context = {"receiver": (receiver := _receiver(receiver_id)), **_log(request, receiver)}
    return render(request, "staff/notifications/_log.html", context)


@may_set_up
@require_POST
def test(request: StaffRequest, receiver_id: UUID) -> HttpResponse:
    receiver = _receiver(receiver_id)
    if receiver.active:
        receivers.ask_for_test(receiver)
        messages.info(request, _("A test is on its way. What comes of it stands in the log below."))
    else:
        messages.error(request, _("Switch it on first."))
    return redirect("notifications-receiver", receiver.id)


@may_set_up
@never_cache
@require_POST
def renew_secret(request: StaffRequest, receiver_id: UUID) -> HttpResponse:
    """The new one is shown in the answer, and never again."""
    receiver = get_object_or_404(receivers.shown(), id=receiver_id, way=Receiver.Way.WEBHOOK)
    secret = receivers.renew_secret(receiver, request.user)
    context = {"form": ChangeForm(receiver=receiver), "secret": secret, **_log(request, receiver)}
    return _shown(request, receiver, context)


@may_set_up
@require_POST
def remove(request: StaffRequest, receiver_id: UUID) -> HttpResponse:
    receivers.remove(_receiver(receiver_id), request.user)
    messages.success(request, _("It was removed: nothing more is sent there."))
    return redirect("notifications")


@may_set_up
@require_POST
def retry(request: StaffRequest, receiver_id: UUID, delivery_id: UUID) -> HttpResponse:
    receiver = _receiver(receiver_id)
    if deliveries.retry(delivery_id, receiver, timezone.now()):
        messages.info(request, _("It is sent again."))
    return redirect("notifications-receiver", receiver.id)


def _receiver(receiver_id: UUID) -> Receiver:
    return get_object_or_404(receivers.shown(), id=receiver_id)


def _shown(request: StaffRequest, receiver: Receiver, context: dict[str, Any]) -> HttpResponse:
    [shown] = delivery_texts.shown([receiver])
    context = {"receiver": receiver, "shown": shown, **context}
    return render_page(request, "staff/notifications/receiver.html", shown.name, context)


def _log(request: StaffRequest, receiver: Receiver) -> dict[str, Any]:
    form = LogForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = Delivery.objects.filter(receiver=receiver).select_related("event").order_by("-id")
    if wanted.get("what"):
        rows = rows.filter(delivered=False)
    if before := wanted.get("before"):
        rows = rows.filter(id__lt=before)
    found = list(rows[: PAGE_SIZE + 1])
    listed = found[:PAGE_SIZE]
    return {
        "rows": [delivery_texts.row(delivery) for delivery in listed],
        "what": wanted.get("what", ""),
        "before": before,
        "more_before": listed[-1].id if len(found) > PAGE_SIZE else None,
        "is_live": not before and any(delivery.finished is None for delivery in listed),
    }
