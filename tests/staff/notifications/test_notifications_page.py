"""Administrators say who is told of what, try it out, and read what came of it."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from recognition.models import AuditEvent, Delivery, OutgoingEvent, Receiver
from recognition.notifications import receivers
from recognition.people.authentication import secret_texts

PAGE = "/admin/notifications/"
URL = "https://example.org/ark"


def text_of(client: Client, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.text.split())


@pytest.fixture
def hook(admin_user: User) -> Receiver:
    return receivers.add_webhook(URL, ["run.ended"], "https://ark.example/", admin_user)[0]


def deliver(hook: Receiver, **fields: object) -> Delivery:
    kind = OutgoingEvent.Kind.RUN_ENDED
    event = OutgoingEvent.objects.create(kind=kind, subject="run:1", spread=timezone.now())
    return Delivery.objects.create(event=event, receiver=hook, subject="run:1", **fields)


def test_a_webhook_is_added_and_its_secret_shown_once(as_superuser: Client) -> None:
    body = {"url": URL, "events": ["run.ended", "photo.predicted"]}
    response = as_superuser.post(PAGE + "webhook/", body)
    [secret] = re.findall(r"whsec_[A-Za-z0-9+/=]{44}", response.text)
    hook = Receiver.objects.get()
    assert hook.secret
    assert secret not in hook.secret
    assert secret_texts.decrypt(hook.secret) == secret
    assert secret not in text_of(as_superuser, f"{PAGE}{hook.id}/")
    assert URL in text_of(as_superuser)
    told = AuditEvent.objects.get(action="setting_changed")
    assert (told.subject, secret in str(told.details)) == (f"webhook {URL}", False)


@pytest.mark.parametrize("url", ["example.org", "ftp://example.org", "https://a:b@example.org/"])
def test_what_is_no_address_is_said_at_its_field(url: str, as_superuser: Client) -> None:
    response = as_superuser.post(PAGE + "webhook/", {"url": url, "events": ["run.ended"]})
    assert 'id="id_url_error"' in response.text
    assert not Receiver.objects.exists()


def test_settings_are_changed(as_superuser: Client, hook: Receiver) -> None:
    body = {"events": ["version.promoted"]}
    as_superuser.post(f"{PAGE}{hook.id}/", body)
    hook.refresh_from_db()
    assert (hook.events, hook.active) == (["version.promoted"], False)


def test_an_event_at_least(as_superuser: Client, hook: Receiver) -> None:
    response = as_superuser.post(f"{PAGE}{hook.id}/", {"active": "on"})
    assert "Choose at least one event." in response.text


def test_a_test_waits_in_the_log_and_its_answer_is_shown(
    as_superuser: Client, hook: Receiver
) -> None:
    as_superuser.post(f"{PAGE}{hook.id}/test/")
    assert "hx-get" in text_of(as_superuser, f"{PAGE}{hook.id}/")
    Delivery.objects.update(
        finished=timezone.now(), attempts=1, status=500, answer="<b>oops</b>", error="refused"
    )
    text = text_of(as_superuser, f"{PAGE}{hook.id}/log/")
    assert "<b>500</b>" in text
    assert "&lt;b&gt;oops&lt;/b&gt;" in text
    assert "hx-get" not in text


def test_what_was_given_up_is_sent_again_by_hand(as_superuser: Client, hook: Receiver) -> None:
    row = deliver(hook, finished=timezone.now(), attempts=40)
    assert "given up" in text_of(as_superuser, f"{PAGE}{hook.id}/?what=failed")
    as_superuser.post(f"{PAGE}{hook.id}/deliveries/{row.id}/retry/")
    row.refresh_from_db()
    assert row.finished is None


def test_the_log_goes_page_by_page(as_superuser: Client, hook: Receiver) -> None:
    events = OutgoingEvent.objects.bulk_create(
        OutgoingEvent(kind="run.ended", subject=f"run:{number}") for number in range(60)
    )
    Delivery.objects.bulk_create(
        Delivery(event=event, receiver=hook, subject=event.subject) for event in events
    )
    first = text_of(as_superuser, f"{PAGE}{hook.id}/")
    assert first.count("Training run ended") == 50 + 1  # and the box to tick
    [before] = re.findall(r"before=([0-9a-f-]{36})", first)
    second = text_of(as_superuser, f"{PAGE}{hook.id}/?before={before}")
    assert second.count("Training run ended") == 10 + 1


def test_a_new_secret_is_shown_once(as_superuser: Client, hook: Receiver) -> None:
    before = hook.secret
    response = as_superuser.post(f"{PAGE}{hook.id}/secret/")
    [secret] = re.findall(r"whsec_[A-Za-z0-9+/=]{44}", response.text)
    hook.refresh_from_db()
    assert hook.secret != before
    assert secret_texts.decrypt(hook.secret) == secret


def test_what_is_removed_is_gone(as_superuser: Client, hook: Receiver) -> None:
    as_superuser.post(f"{PAGE}{hook.id}/remove/")
    assert URL not in text_of(as_superuser)
    assert as_superuser.get(f"{PAGE}{hook.id}/").status_code == 404


def test_a_person_is_told_by_mail(as_superuser: Client, reviewer: User) -> None:
    body = {"person": reviewer.username, "language": "zh-hans", "events": ["run.ended"]}
    assert "no mail address" in as_superuser.post(PAGE + "mail/", body).text
    User.objects.filter(id=reviewer.id).update(email="rita@example.org")
    as_superuser.post(PAGE + "mail/", body)
    told = Receiver.objects.get()
    assert (told.person, told.language, told.events) == (reviewer, "zh-hans", ["run.ended"])
    assert "rita@example.org" in text_of(as_superuser)
