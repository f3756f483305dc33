"""Inviting somebody, by a link or by mail."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from recognition.models import Invitation
from tests.support.pages import text

PAGE = reverse("people-invite")


def invite(client: Client, **fields: str) -> Any:
    return client.post(PAGE, {"role": "reviewer", **fields})


def link_in(content: str) -> str:
    return re.search(r"http://testserver(/invitation/[\w-]+/)", content)[1]


def test_the_link_is_shown_once_and_leads_in(as_superuser: Client) -> None:
    content = invite(as_superuser, name="nina").content.decode()
    page = Client().get(link_in(content))
    assert page.status_code == 200
    assert "sue invites you as: Reviewer." in text(page)
    assert 'value="nina"' in page.content.decode()
    for address in (PAGE, reverse("people")):
        assert link_in(content) not in as_superuser.get(address).content.decode()


def test_by_mail_where_mail_is_set_up(as_superuser: Client, settings: Settings) -> None:
    settings.ARK_EMAIL = True
    response = invite(as_superuser, email="nina@example.org")
    assert "The invitation was sent to nina@example.org." in text(response)
    [message] = mail.outbox
    assert message.to == ["nina@example.org"]
    assert "sue invites you to Ark" in message.body
    assert link_in(message.body) == link_in(response.content.decode())


def test_a_mail_server_that_is_away(
    as_superuser: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ARK_EMAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    response = invite(as_superuser, email="nina@example.org")
    assert "The mail to nina@example.org could not be sent." in text(response)
    assert link_in(response.content.decode())


def test_without_a_mail_server_none_is_sent(as_superuser: Client, settings: Settings) -> None:
    settings.ARK_EMAIL = False
    response = invite(as_superuser, email="nina@example.org")
    assert "was sent" not in text(response)
    assert mail.outbox == []


def test_what_waits_is_listed_and_can_be_taken_back(as_superuser: Client) -> None:
    path = link_in(invite(as_superuser, email="nina@example.org").content.decode())
    assert "nina@example.org · Reviewer · from sue, valid until" in text(
        as_superuser.get(reverse("people"))
    )
    revoke = reverse("people-revoke", args=[Invitation.objects.get().id])
    assert "The invitation was taken back" in text(as_superuser.post(revoke, follow=True))
    assert "nina@example.org" not in text(as_superuser.get(reverse("people")))
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("fields", [{"role": "emperor"}, {"email": "nowhere"}])
def test_nonsense_invites_nobody(fields: dict[str, str], as_superuser: Client) -> None:
    assert invite(as_superuser, **fields).status_code == 200
    assert not Invitation.objects.exists()


def test_a_manager_invites_nobody_above_them(as_manager: Client) -> None:
    assert invite(as_manager, role="administrator").status_code == 200
    assert invite(as_manager).status_code == 200
    assert not Invitation.objects.exists()
    invite(as_manager, role="uploader")
    assert Invitation.objects.get().role == "uploader"
