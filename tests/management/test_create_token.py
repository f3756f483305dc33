"""API tokens on the command line."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from recognition.models import ApiToken, AuditEvent
from recognition.people import tokens


def run(command: str, *arguments: str) -> str:
    """The last word of the last line."""
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().splitlines()[-1].split()[-1]


@pytest.mark.parametrize("command", ["create_token", "drf_create_token"])
def test_the_token_is_the_last_word(command: str, uploader: User) -> None:
    row = tokens.find(run(command, "ursula"))
    assert (row.user, row.expires) == (uploader, None)
    assert set(row.scopes) == set(tokens.Scope)


def test_a_token_can_be_named_narrowed_and_dated(uploader: User) -> None:
    more = ("--name", "backup", "--scopes", "upload,read", "--days", "30")
    row = tokens.find(run("create_token", "ursula", *more))
    assert (row.name, row.scopes) == ("backup", ["read", "upload"])
    assert timedelta(days=29) < row.expires - timezone.now() <= timedelta(days=30)


@pytest.mark.usefixtures("groups")
@pytest.mark.parametrize("command", ["create_token", "drf_create_token"])
def test_for_a_name_that_nobody_has_there_is_none(command: str) -> None:
    with pytest.raises(CommandError, match="nobody of the name 'nobody'"):
        run(command, "nobody")


def test_for_who_is_deactivated_there_is_none(uploader: User) -> None:
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="deactivated"):
        run("create_token", "ursula")


@pytest.mark.parametrize(
    "wrong", [("--scopes", "everything"), ("--scopes", ""), ("--days", "0"), ("--days", "soon")]
)
def test_what_makes_no_sense_is_refused(wrong: tuple[str, str], uploader: User) -> None:
    with pytest.raises(CommandError):
        run("create_token", "ursula", *wrong)
    assert not ApiToken.objects.exists()


def test_the_old_command_can_replace_the_tokens(uploader: User) -> None:
    first = run("drf_create_token", "ursula")
    second = run("drf_create_token", "ursula", "--reset")
    assert tokens.find(first) is None
    assert tokens.find(second)


def test_the_old_command_names_the_new_one(uploader: User) -> None:
    err = StringIO()
    call_command("drf_create_token", "ursula", stdout=StringIO(), stderr=err)
    assert "create_token" in err.getvalue()


def test_nobody_is_named_as_who_made_it(uploader: User) -> None:
    run("create_token", "ursula")
    event = AuditEvent.objects.get()
    assert (event.action, event.user_id, event.user_name) == ("token_made", 0, "")
