"""Receivers and deliveries in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recognition.models import Delivery, OutgoingEvent, Receiver
from recognition.notifications import deliveries

_ERRORS = {
    "refused_address": gettext_lazy(
        "The address leads into a private network, or is public without HTTPS. Who runs this "
        "instance can allow networks by ARK_WEBHOOK_NETWORKS."
    ),
    "unknown_host": gettext_lazy("Nobody knows the name of the host."),
    "timeout": gettext_lazy("There was no answer in time."),
    "tls": gettext_lazy("The encrypted connection failed; is the certificate valid?"),
    "no_connection": gettext_lazy("No connection came about, or it broke off."),
    "no_http": gettext_lazy("What came back was no HTTP."),
    "no_secret": gettext_lazy(
        "The secret cannot be read any more, because SECRET_KEY was changed. Make a new one."
    ),
    "no_mail": gettext_lazy("No mail server is set up here."),
    "no_person": gettext_lazy("The person is not active, or has no mail address."),
}


@dataclass(frozen=True)
class Row:
    """badge: a class of review.css."""

    delivery: Delivery
    event: str
    state: str
    badge: str
    error: str
    may_be_retried: bool


def row(delivery: Delivery) -> Row:
    is_open = delivery.finished is None
    if delivery.delivered:
        state, badge = _("delivered"), "is-good"
    elif not is_open:
        state, badge = _("given up"), "is-bad"
    elif delivery.attempts:
        state, badge = _("is tried again"), "is-warn"
    else:
        state, badge = _("waiting"), ""
    return Row(
        delivery=delivery,
        event=str(OutgoingEvent.Kind(delivery.event.kind).label),
        state=state,
        badge=badge,
        error=str(_ERRORS.get(delivery.error, "")),
        may_be_retried=not is_open and delivery.event.kind != OutgoingEvent.Kind.TEST,
    )


@dataclass(frozen=True)
class Shown:
    """A receiver in the list. waiting: how many events, COUNTED at most."""

    receiver: Receiver
    name: str
    events: str
    state: str
    badge: str
    waiting: int
    is_more: bool


def shown(receivers: Iterable[Receiver]) -> list[Shown]:
    listed = list(receivers)
    waiting = deliveries.counts(listed)
    return [_shown(receiver, waiting[receiver.id]) for receiver in listed]


def name(receiver: Receiver) -> str:
    if receiver.way == Receiver.Way.WEBHOOK:
        return receiver.url
    return f"{receiver.person} <{receiver.person.email}>" if receiver.person else ""


def _shown(receiver: Receiver, waiting: int) -> Shown:
    if not receiver.active:
        state, badge = _("off"), ""
    elif receiver.failures:
        state, badge = _("does not answer well"), "is-bad"
    else:
        state, badge = _("on"), "is-good"
    labels = [str(OutgoingEvent.Kind(kind).label) for kind in receiver.events]
    is_more = waiting >= deliveries.COUNTED
    return Shown(receiver, name(receiver), " · ".join(labels), state, badge, waiting, is_more)
