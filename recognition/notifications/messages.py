"""What a receiver is sent of an event: a document, or a mail in words."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from recognition.models import Delivery, OutgoingEvent, Receiver, RunState

Kind = OutgoingEvent.Kind
# Of single photos there would be as many mails.
BY_MAIL = (Kind.RUN_ENDED, Kind.VERSION_PROMOTED, Kind.PROMISE_BROKEN, Kind.DRIFT_FOUND)
BY_WEBHOOK = (Kind.PHOTO_PREDICTED, Kind.LABEL_DECIDED, *BY_MAIL)


def message_id(delivery: Delivery) -> str:
    """The same for each attempt, so that a receiver knows what it has had."""
    return f"msg_{delivery.id.hex}"


def document(delivery: Delivery) -> dict[str, Any]:
    """The body of a webhook, in the shape that the Standard Webhooks specification proposes."""
    event = delivery.event
    data = {**event.data}
    if path := data.pop("path", ""):
        data["url"] = _absolute(delivery.receiver, path)
    at = event.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"type": event.kind, "timestamp": at, "data": data}


def mail(delivery: Delivery) -> tuple[str, str]:
    """Subject and text, in the language that was chosen for this person."""
    event, receiver = delivery.event, delivery.receiver
    with override(receiver.language or None):
        subject = _subject(event)
        lines = [subject + ".", "", _absolute(receiver, event.data.get("path", "/")), ""]
        lines.append(_("Who is told of what is set on the page Notifications of Ark."))
        return subject, "\n".join(lines)


def _subject(event: OutgoingEvent) -> str:
    data = event.data
    if event.kind == Kind.RUN_ENDED:
        texts = {
            RunState.SUCCEEDED: _("A training run succeeded: version %(version)s"),
            RunState.FAILED: _("A training run failed"),
            RunState.CANCELLED: _("A training run was cancelled"),
        }
        return texts[RunState(data["state"])] % {"version": data.get("version")}
    if event.kind == Kind.VERSION_PROMOTED:
        return _("Version %(version)s is live now") % data
    if event.kind == Kind.PROMISE_BROKEN:
        shown = {
            "right": data["right"],
            "checked": data["checked"],
            "target": f"{data['target']:.0%}",
        }
        text = _("The accuracy promise is broken: %(right)s of %(checked)s right, not %(target)s")
        return text % shown
    if event.kind == Kind.DRIFT_FOUND:
        return _("Many of the latest uploads resemble nothing that is labelled")
    return _("A test: notifications of Ark arrive")


def _absolute(receiver: Receiver, path: str) -> str:
    return receiver.site.rstrip("/") + path
