"""The audit log: rows are added, and go only with their time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from recognition.core import audit, client
from recognition.exchange import audit_log
from recognition.models import AuditEvent, Promise

Action = audit.Action
pytestmark = pytest.mark.django_db


def add(days_ago: float = 0, **fields: Any) -> AuditEvent:
    at = timezone.now() - timedelta(days=days_ago)
    return AuditEvent.objects.create(at=at, **{"action": Action.EXPORTED, **fields})


def test_an_event_tells_who_what_to_whom_and_from_where(uploader: User) -> None:
    known = client.address.set("192.0.2.7")
    audit.record(Action.EXPORTED, uploader, "labelled photos", photos=3)
    client.address.reset(known)
    event = AuditEvent.objects.get()
    assert (event.user_id, event.user_name, event.address) == (uploader.pk, "ursula", "192.0.2.7")
    assert (event.action, event.subject) == ("exported", "labelled photos")
    assert event.details == {"photos": 3}


def test_an_event_stays_when_the_person_goes(uploader: User) -> None:
    audit.record(Action.EXPORTED, uploader)
    uploader.delete()
    assert AuditEvent.objects.get().user_name == "ursula"


def test_what_is_undone_was_not_done() -> None:
    with transaction.atomic():
        audit.record(Action.EXPORTED, None)
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()


def test_the_ordinary_log_has_a_line_without_names(
    uploader: User,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    caplog.set_level("INFO", logger="ark.audit")
    with django_capture_on_commit_callbacks(execute=True):
        audit.record(Action.EXPORTED, uploader, "secret things")
    [line] = caplog.messages
    assert line == f"audit exported by user {uploader.pk} from None"


def test_no_code_changes_or_deletes_an_event() -> None:
    event = add()
    rows = AuditEvent.objects.all()
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()
    with pytest.raises(TypeError):
        rows.update(subject="nothing")
    with pytest.raises(TypeError):
        rows.delete()
    with pytest.raises(TypeError):
        rows.bulk_update([event], ["subject"])


def test_the_database_refuses_changes_too() -> None:
    add()
    refused = pytest.raises(DatabaseError, match="never changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE recognition_auditevent SET subject = 'nothing'")


def test_changes_are_told_from_what_to_what() -> None:
    before = Promise(active=False, target=0.98)
    assert audit.changes(before, {"active": True, "target": 0.98}) == {"active": ["False", "True"]}


# Retention


def test_old_events_go_in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_STEP", 2)
    for days in (1, 9, 11, 12, 13, 14, 15):
        add(days)
    assert audit.delete_old(10) == 5
    assert AuditEvent.objects.count() == 2


def test_without_a_limit_everything_is_kept() -> None:
    add(10_000)
    assert audit.delete_old(0) == 0
    assert AuditEvent.objects.exists()


def test_old_events_are_looked_for_once_a_day(settings: Any, noon: None) -> None:
    settings.ARK_AUDIT_DAYS = 10
    add(11)
    audit.delete_old_if_due()
    assert not AuditEvent.objects.exists()
    add(11)
    audit.delete_old_if_due()
    assert AuditEvent.objects.exists()


# Looking through it


def subjects(page: audit_log.Page) -> list[str]:
    return [event.subject for event in page.events]


def test_pages_follow_each_other_newest_first() -> None:
    for number in range(5):
        add(number, subject=str(number))
    first = audit_log.page(audit_log.Filters(), size=2)
    second = audit_log.page(audit_log.Filters(), first.next, size=2)
    third = audit_log.page(audit_log.Filters(), second.next, size=2)
    assert [*subjects(first), *subjects(second), *subjects(third)] == list("01234")
    assert third.next is None


def test_events_of_one_moment_come_once_each() -> None:
    at = timezone.now()
    for _ in range(5):
        AuditEvent.objects.create(at=at, action=Action.EXPORTED)
    first = audit_log.page(audit_log.Filters(), size=3)
    second = audit_log.page(audit_log.Filters(), first.next, size=3)
    assert len({event.id for event in (*first.events, *second.events)}) == 5


def test_everything_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "_CHUNK", 2)
    for number in range(5):
        add(number)
    assert len(list(audit_log.everything(audit_log.Filters()))) == 5


@pytest.mark.parametrize(
    "narrowed",
    [
        {"who": "ursula"},
        {"what": "promoted"},
        {"address": "192.0.2.7"},
        {"since": timezone.now() - timedelta(days=1)},
    ],
)
def test_filters_narrow(narrowed: dict[str, Any]) -> None:
    add(0, user_name="ursula", action=Action.PROMOTED, address="192.0.2.7", subject="it")
    add(2, user_name="oscar", address="192.0.2.8", subject="other")
    assert subjects(audit_log.page(audit_log.Filters(**narrowed))) == ["it"]


@pytest.mark.parametrize(
    ("narrowed", "index"),
    [
        ({}, "audit_newest"),
        ({"who": "ursula"}, "audit_by_name"),
        ({"what": "promoted"}, "audit_by_action"),
        ({"address": "192.0.2.7"}, "audit_by_address"),
        ({"who": "ursula", "since": timezone.now()}, "audit_by_name"),
        ({"since": timezone.now(), "before": timezone.now()}, "audit_newest"),
    ],
)
def test_a_page_follows_an_index_and_sorts_nothing(narrowed: dict[str, Any], index: str) -> None:
    """Which is why it takes no longer among a million events."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the table")
    event = add()
    rows = audit_log._behind(audit_log._matching(audit_log.Filters(**narrowed)), event.id)
    plan = rows[:51].explain()
    assert index in plan
    assert "TEMP B-TREE" not in plan


def test_a_last_day_narrows_too() -> None:
    add(0, subject="today")
    add(2, subject="before")
    until = audit_log.Filters(before=timezone.now() - timedelta(days=1))
    assert subjects(audit_log.page(until)) == ["before"]
