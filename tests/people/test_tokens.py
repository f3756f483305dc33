"""API tokens: made, found, noted, revoked."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from recognition.models import ApiToken, AuditEvent
from recognition.people import tokens

Action = AuditEvent.Action


def make(user: User, **more: object) -> tuple[ApiToken, str]:
    fields = {"name": "script", "scopes": ["read"], "expires": None, "by": user, **more}
    return tokens.make(user, **fields)


def test_a_token_is_long_random_and_easy_to_scan_for(uploader: User) -> None:
    made = [make(uploader)[1] for _ in range(2)]
    assert all(re.fullmatch(r"ark_[A-Za-z0-9]{43}", token) for token in made)
    assert made[0] != made[1]


def test_what_is_stored_cannot_be_sent(uploader: User) -> None:
    _row, token = make(uploader)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM recognition_apitoken")
        tokens_table = repr(cursor.fetchall())
        cursor.execute("SELECT * FROM recognition_auditevent")
        audit_table = repr(cursor.fetchall())
    secret = token[len("ark_") + 4 :]
    assert secret not in tokens_table
    assert secret not in audit_table


def test_a_token_leads_to_its_person(uploader: User) -> None:
    row, token = make(uploader)
    assert tokens.find(token) == row
    assert tokens.find(token).user == uploader


@pytest.mark.parametrize("wrong", ["", "x", "ark_", "a" * 5000, "ark_\xff", "ark_\0", "字" * 20])
@pytest.mark.django_db
def test_what_is_no_token_leads_nowhere(wrong: str) -> None:
    assert tokens.find(wrong) is None


def test_a_digest_is_no_token(uploader: User) -> None:
    assert tokens.find(make(uploader)[0].digest) is None


def test_an_expired_token_leads_nowhere(uploader: User) -> None:
    now = timezone.now()
    expired, valid = (make(uploader, expires=now + timedelta(days=days))[1] for days in (-1, 1))
    assert tokens.find(expired) is None
    assert tokens.find(valid)


def test_tokens_of_who_is_deactivated_lead_nowhere(uploader: User) -> None:
    _row, token = make(uploader)
    User.objects.filter(pk=uploader.pk).update(is_active=False)
    assert tokens.find(token) is None


def test_a_revoked_token_leads_nowhere(uploader: User) -> None:
    row, token = make(uploader)
    assert tokens.revoke(row, uploader)
    assert tokens.find(token) is None
    assert not tokens.revoke(row, uploader)  # sent twice


def test_all_tokens_of_a_person_are_revoked_and_no_others(
    uploader: User, other_uploader: User
) -> None:
    mine = [make(uploader)[1] for _ in range(3)]
    _row, theirs = make(other_uploader)
    assert tokens.revoke_all(uploader, by=None) == 3
    assert [tokens.find(token) for token in mine] == [None] * 3
    assert tokens.find(theirs)


def test_the_audit_log_tells_who_made_and_revoked_what(uploader: User, reviewer: User) -> None:
    row, _token = make(uploader)
    tokens.revoke(row, reviewer)
    revoked, made = AuditEvent.objects.all()
    assert (made.action, made.user_id) == (Action.TOKEN_MADE, uploader.pk)
    assert (revoked.action, revoked.user_id) == (Action.TOKEN_REVOKED, reviewer.pk)
    assert made.subject == revoked.subject == f"ursula: script ({row.beginning}…)"
    assert made.details["scopes"] == ["read"]


def test_a_form_sent_twice_makes_one_token(uploader: User, other_uploader: User) -> None:
    form = uuid4()
    tokens.make_for_oneself(uploader, "script", ["read"], None, form)
    with pytest.raises(tokens.MadeBefore):
        tokens.make_for_oneself(uploader, "script", ["read"], None, form)
    tokens.make_for_oneself(other_uploader, "script", ["read"], None, form)
    assert ApiToken.objects.count() == 2


def test_nobody_has_tokens_without_end(uploader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_A_PERSON", 2)
    for _ in range(2):
        tokens.make_for_oneself(uploader, "script", ["read"], None, uuid4())
    with pytest.raises(tokens.TooMany):
        tokens.make_for_oneself(uploader, "script", ["read"], None, uuid4())


# The last use


def test_the_last_use_is_noted_with_its_address(uploader: User) -> None:
    row, _token = make(uploader)
    tokens.note_use(row, "192.0.2.7")
    row.refresh_from_db()
    assert timezone.now() - row.last_used < timedelta(minutes=1)
    assert row.last_address == "192.0.2.7"


def test_a_use_soon_after_writes_nothing(
    uploader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    row, token = make(uploader)
    tokens.note_use(row, "192.0.2.7")
    for again in (row, tokens.find(token)):
        with django_assert_num_queries(0):
            tokens.note_use(again, "192.0.2.8")


def test_another_process_does_not_write_it_again(uploader: User) -> None:
    row, _token = make(uploader)
    tokens.note_use(row, "192.0.2.7")
    tokens._noted.clear()
    tokens.note_use(row, "192.0.2.8")  # as it read the row before
    row.refresh_from_db()
    assert row.last_address == "192.0.2.7"


def test_a_use_much_later_is_noted_again(uploader: User) -> None:
    row, _token = make(uploader)
    row.last_used, row.last_address = timezone.now() - timedelta(minutes=2), "192.0.2.7"
    row.save()
    tokens.note_use(row, "")  # of a Unix socket
    row.refresh_from_db()
    assert timezone.now() - row.last_used < timedelta(minutes=1)
    assert row.last_address is None
