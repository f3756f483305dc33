"""The version before knew people by other tables: who they are and what opens the API goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.before import checkout
from tests.support.instance import PASSWORD, Instance, wait_until

BEFORE = "c54fe046e3f6"  # the last commit with django-axes and tokens in the clear
PARTS = ("web", "redis", "predictor")
_LOGGED = """
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from rest_framework.authtoken.models import Token
rita = User.objects.create_user("rita", password={password!r})
rita.groups.add(Group.objects.get(name="Reviewer"))  # and not staff: that was a step of its own
token = Token.objects.get(user__username="ursula")
kind = ContentType.objects.get_for_model(Token)
LogEntry.objects.create(user=rita, content_type=kind, object_id=token.key, object_repr=token.key,
                        action_flag=CHANGE)
"""
_KEPT = """
from django.contrib.admin.models import LogEntry
print(*LogEntry.objects.values_list("object_id", "object_repr"))
from django.db import connection
with connection.cursor() as cursor:
    for table in connection.introspection.table_names(cursor):
        cursor.execute(f'SELECT * FROM "{{table}}"')
        if {token!r} in str(cursor.fetchall()):
            print("the token stands in", table)
"""

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def code_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of the version before."""
    return checkout(BEFORE, tmp_path_factory.mktemp("before"))


@pytest.fixture(scope="module")
def upgraded(
    code_before: Path, photos: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Instance, str, str]]:
    """The instance, the token of its uploader, and a photo of theirs."""
    home, store = tmp_path_factory.mktemp("ark"), tmp_path_factory.mktemp("store")
    home.chmod(0o755)
    old = Instance(home, store, code_before)
    try:
        old.prepare()
        old.start(*PARTS)
        old.token_of("ursula")
        token = old.manage("drf_create_token", "ursula").split()[2]
        api = old.api(token)
        photo = api.upload(photos[0]).json()["id"]
        wait_until(lambda: api.get(f"photos/{photo}/")["state"] == "done")
        old.manage("shell", "-c", _LOGGED.format(password=PASSWORD))
    finally:
        old.stop()
    instance = Instance(home, store)
    instance.prepare()
    instance.start(*PARTS)
    yield instance, token, photo
    instance.stop()


def test_a_token_of_before_goes_on(upgraded: tuple[Instance, str, str], photos: list[Path]) -> None:
    instance, token, photo = upgraded
    api = instance.api(token)
    assert api.get(f"photos/{photo}/")["state"] == "done"
    another = api.upload(photos[1]).json()["id"]
    wait_until(lambda: api.get(f"photos/{another}/")["state"] == "done")


def test_no_token_stands_in_the_clear_any_more(upgraded: tuple[Instance, str, str]) -> None:
    instance, token, _photo = upgraded
    said = instance.manage("shell", "-v", "0", "-c", _KEPT.format(token=token))
    assert token not in said
    assert "stands in" not in said


@pytest.mark.parametrize("command", ["create_token", "drf_create_token"])
def test_the_commands_print_the_token_as_their_last_word(
    command: str, upgraded: tuple[Instance, str, str]
) -> None:
    instance = upgraded[0]
    token = instance.manage(command, "ursula").split()[-1]
    assert instance.api(token).get("photos/")["results"]


def test_passwords_of_before_open(upgraded: tuple[Instance, str, str]) -> None:
    instance, _token, photo = upgraded
    page = instance.signed_in("ursula").get(f"{instance.url}/photos/{photo}/", timeout=30)
    assert page.status_code == 200


def test_a_reviewer_of_before_may_enter_the_admin(upgraded: tuple[Instance, str, str]) -> None:
    instance = upgraded[0]
    page = instance.signed_in("rita").get(f"{instance.url}/admin/review/", timeout=30)
    assert page.status_code == 200


def test_the_home_is_closed_to_others(upgraded: tuple[Instance, str, str]) -> None:
    home = upgraded[0].home
    assert home.stat().st_mode & 0o077 == 0
    assert (home / "db.sqlite3").stat().st_mode & 0o077 == 0
