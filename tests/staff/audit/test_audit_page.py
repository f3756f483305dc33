"""The page of the audit log."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from recognition.core import audit
from recognition.exchange import audit_log
from recognition.models import AuditEvent
from tests.support.pages import client_of, text

PAGE = "/admin/audit/"


@pytest.fixture
def auditor(reviewer: User) -> Client:
    reviewer.user_permissions.add(Permission.objects.get(codename="view_auditevent"))
    return client_of(reviewer)


@pytest.fixture
def events(uploader: User) -> None:
    audit.record(audit.Action.EXPORTED, uploader, "=cmd()", photos=3)
    audit.record(audit.Action.PROMOTED, None, "version 2")


def downloaded(client: Client, form: str, **query: str) -> str:
    response = client.get(reverse("audit-export", args=[form]), query)
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_it_is_for_who_may(reviewer: User, trainer: User) -> None:
    for person in (reviewer, trainer):
        assert client_of(person).get(PAGE).status_code == 403
        assert client_of(person).get(f"{PAGE}export/csv/").status_code == 403


@pytest.mark.usefixtures("events")
def test_events_are_told_newest_first(auditor: Client) -> None:
    page = text(auditor.get(PAGE))
    assert page.index("promoted a version") < page.index("ursula")
    assert "photos: 3" in page
    assert "nobody signed in" in page


@pytest.mark.usefixtures("events")
def test_filters_narrow_and_names_lead_to_them(auditor: Client) -> None:
    assert 'href="?who=ursula"' in auditor.get(PAGE).content.decode()
    rows = auditor.get(PAGE, {"who": "ursula", "what": "exported"}).context["rows"]
    assert [row.event.user_name for row in rows] == ["ursula"]


@pytest.mark.parametrize("wrong", [{"since": "soon"}, {"address": "here"}, {"what": "nothing"}])
def test_what_makes_no_sense_is_said(wrong: dict[str, str], auditor: Client) -> None:
    assert auditor.get(PAGE, wrong).status_code == 400
    assert auditor.get(f"{PAGE}export/csv/", wrong).status_code == 404


@pytest.mark.parametrize("after", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_a_page_behind_nothing_is_empty_or_the_first(after: str, auditor: Client) -> None:
    assert auditor.get(PAGE, {"after": after, "who": "\0x"}).status_code in (200, 400)
    assert auditor.get(PAGE, {"after": after}).status_code == 200


def test_there_is_a_next_page(auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "PAGE_SIZE", 2)
    monkeypatch.setattr(audit_log.page, "__defaults__", (None, 2))
    for number in range(3):
        audit.record(audit.Action.PROMOTED, None, f"version {number}")
    first = auditor.get(PAGE, {"what": "promoted"})
    second = auditor.get(f"{PAGE}?{first.context['next']}")
    assert [row.event.subject for row in second.context["rows"]] == ["version 0"]


@pytest.mark.usefixtures("events")
def test_a_table_holds_everything_and_no_formula(auditor: Client) -> None:
    rows = list(csv.DictReader(io.StringIO(downloaded(auditor, "csv"))))
    told = [(row["action"], row["user"], row["subject"]) for row in rows]
    assert told[-2:] == [("promoted", "", "version 2"), ("exported", "ursula", "'=cmd()")]


@pytest.mark.usefixtures("events")
def test_lines_of_json_hold_what_the_filters_leave(auditor: Client, uploader: User) -> None:
    [line] = downloaded(auditor, "jsonl", who="ursula").splitlines()
    told: dict[str, Any] = json.loads(line)
    assert (told["user_id"], told["subject"]) == (uploader.pk, "=cmd()")
    assert told["details"] == {"photos": 3}


def test_taking_it_along_is_an_event(auditor: Client, reviewer: User) -> None:
    downloaded(auditor, "csv", what="promoted")
    event = AuditEvent.objects.latest("at")
    told = (event.action, event.user_name, event.subject)
    assert told == ("exported", reviewer.username, "audit log")
    assert event.details == {"form": "csv", "filters": {"what": "promoted"}}


def test_nothing_is_changed_through_the_page(auditor: Client) -> None:
    assert auditor.post(PAGE).status_code == 403
    assert auditor.delete(PAGE).status_code == 403


def test_the_sidebar_leads_there_for_who_may(auditor: Client, trainer: User) -> None:
    assert f'href="{PAGE}"' in auditor.get(reverse("admin:index")).content.decode()
    assert f'href="{PAGE}"' not in client_of(trainer).get(reverse("admin:index")).content.decode()
