"""What the admin logs stays in the audit log when the account that did it goes."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from recognition.models import AuditEvent, Label
from recognition.people import tokens

pytestmark = pytest.mark.usefixtures("version")
BESIDES = ("token_made", "signed_in")  # what the tests do themselves


def told() -> list[AuditEvent]:
    return list(AuditEvent.objects.exclude(action__in=BESIDES).order_by("at", "id"))


def test_what_a_form_changes_is_told(as_superuser: Client) -> None:
    label = Label.objects.get(slug="taxi")
    address = reverse("admin:recognition_label_change", args=[label.pk])
    body = {"name_en": "Cab", "name_zh": "出租车", "parent": label.parent_id or ""}
    as_superuser.post(address, body)
    event = AuditEvent.objects.get(action="label_changed", details__table="recognition.label")
    assert event.details["did"] == "changed"
    assert "Taxi → Cab" in event.details["changes"]


def test_it_stays_when_the_account_goes(as_superuser: Client) -> None:
    who = User.objects.get(is_superuser=True)
    group = Group.objects.create(name="Auditors")
    LogEntry.objects.log_actions(who.pk, Group.objects.filter(pk=group.pk), CHANGE, [])
    who.delete()
    assert not LogEntry.objects.exists()
    [event] = told()
    assert (event.action, event.user_name) == ("role_changed", "sue")
    assert event.subject == "Auditors"


def test_many_at_once_are_told_one_by_one(as_superuser: Client) -> None:
    who = User.objects.get(is_superuser=True)
    for name in ("one", "two"):
        Group.objects.create(name=name)
    LogEntry.objects.log_actions(who.pk, Group.objects.filter(name__in=["one", "two"]), DELETION)
    assert {event.subject for event in told()} == {"one", "two"}


def test_what_records_itself_is_told_once(as_superuser: Client, uploader: User) -> None:
    row, token = tokens.make(uploader, "script", ["read"], None, uploader)
    address = reverse("admin:recognition_apitoken_delete", args=[row.pk])
    as_superuser.post(address, {"post": "yes"})
    assert tokens.find(token) is None
    assert [event.action for event in told()] == ["token_revoked"]


def test_no_page_of_the_admin_shows_a_token(as_superuser: Client, uploader: User) -> None:
    row, token = tokens.make(uploader, "script", ["read"], None, uploader)
    names = ("change", "delete", "history")
    pages = [reverse(f"admin:recognition_apitoken_{name}", args=[row.pk]) for name in names]
    for address in (reverse("admin:recognition_apitoken_changelist"), *pages):
        content = as_superuser.get(address).content.decode()
        assert row.beginning in content
        assert token not in content
        assert row.digest not in content


def test_nobody_makes_or_changes_a_token_there(as_superuser: Client, uploader: User) -> None:
    row, _token = tokens.make(uploader, "script", ["read"], None, uploader)
    assert as_superuser.get(reverse("admin:recognition_apitoken_add")).status_code == 403
    change = reverse("admin:recognition_apitoken_change", args=[row.pk])
    assert as_superuser.post(change, {"name": "mine"}).status_code == 403
