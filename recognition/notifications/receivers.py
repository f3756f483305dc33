"""Who is told of what: set up, changed, tried out and removed by administrators."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from recognition.core import audit
from recognition.models import Delivery, OutgoingEvent, Receiver
from recognition.notifications import outbox, posting, signing
from recognition.people.authentication import secret_texts

MOST = 20  # of all: each has a thread while something is sent


class TooMany(Exception):
    """There are MOST receivers already."""


def shown() -> QuerySet[Receiver]:
    return Receiver.objects.filter(removed=None).select_related("person")


@transaction.atomic
def add_webhook(url: str, events: Iterable[str], site: str, by: User) -> tuple[Receiver, str]:
    """The receiver and its secret, which nobody is shown again. Raises ValueError, TooMany."""
    posting.parse(url)
    secret = signing.new_secret()
    receiver = _add(by, way=Receiver.Way.WEBHOOK, url=url, events=sorted(events), site=site)
    _set(receiver, secret=secret_texts.encrypt(secret))
    return receiver, secret


@transaction.atomic
def add_mail(person: User, events: Iterable[str], language: str, site: str, by: User) -> Receiver:
    """Raises TooMany. A person who is told already is told of these events from now on."""
    fields = {"events": sorted(events), "language": language, "site": site}
    told = shown().filter(way=Receiver.Way.MAIL, person=person).first()
    if told:
        _change(told, by, **fields)
        return told
    return _add(by, way=Receiver.Way.MAIL, person=person, **fields)


def change(receiver: Receiver, by: User, events: Iterable[str], active: bool) -> None:
    _change(receiver, by, events=sorted(events), active=active, off_because="")


@transaction.atomic
def renew_secret(receiver: Receiver, by: User) -> str:
    """Another secret, from now on; the old one signs nothing more."""
    secret = signing.new_secret()
    _set(receiver, secret=secret_texts.encrypt(secret))
    audit.record(audit.Action.SETTING_CHANGED, by, f"webhook {receiver.url}", renewed=True)
    return secret


@transaction.atomic
def remove(receiver: Receiver, by: User) -> None:
    """Nothing more is sent; its log goes in the background."""
    if Receiver.objects.filter(id=receiver.id, removed=None).update(
        removed=timezone.now(), active=False
    ):
        audit.record(audit.Action.SETTING_CHANGED, by, _name(receiver), removed=True)
    transaction.on_commit(outbox.forget)


@transaction.atomic
def ask_for_test(receiver: Receiver) -> Delivery:
    """A delivery that is tried once, as soon as the background looks."""
    event = OutgoingEvent.objects.create(
        kind=OutgoingEvent.Kind.TEST,
        subject=f"test:{timezone.now().isoformat()}",
        data={"message": "Ark can reach you."},
        only=receiver,
        spread=timezone.now(),
    )
    return Delivery.objects.create(event=event, receiver=receiver, subject=event.subject)


def _add(by: User, **fields: Any) -> Receiver:
    if shown().count() >= MOST:
        raise TooMany
    receiver = Receiver.objects.create(created_by=by, **fields)
    audit.record(
        audit.Action.SETTING_CHANGED, by, _name(receiver), added=True, events=fields["events"]
    )
    transaction.on_commit(outbox.forget)
    return receiver


@transaction.atomic
def _change(receiver: Receiver, by: User, **fields: Any) -> None:
    """A receiver that is switched on again is tried at once."""
    changed = audit.changes(receiver, fields)
    _set(receiver, **fields, failures=0, paused_until=None)
    if changed:
        audit.record(audit.Action.SETTING_CHANGED, by, _name(receiver), **changed)
    transaction.on_commit(outbox.forget)


def _set(receiver: Receiver, **fields: Any) -> None:
    Receiver.objects.filter(id=receiver.id).update(**fields)
    for name, value in fields.items():
        setattr(receiver, name, value)


def _name(receiver: Receiver) -> str:
    if receiver.way == Receiver.Way.WEBHOOK:
        return f"webhook {receiver.url}"
    return f"mail to {receiver.person}"
