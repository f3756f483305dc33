"""Everybody on one page: found, sorted, page by page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from recognition.models import Profile
from recognition.people import seen
from tests.support.pages import client_of, inline_code, text
from tests.support.tokens import token_of

PAGE = reverse("people")


def names(client: Client, **query: str) -> list[str]:
    return [row.person.username for row in client.get(PAGE, query).context["rows"]]


def test_each_with_role_storage_sessions_and_tokens(
    as_superuser: Client, reviewer: User, settings: Settings
) -> None:
    settings.ARK_QUOTA_MB = 5
    Profile.objects.create(user=reviewer, stored_bytes=1024**2, stored_photos=3)
    token_of(reviewer)
    client_of(reviewer)
    User.objects.filter(pk=reviewer.pk).update(last_login=datetime(2026, 5, 4, 12, tzinfo=UTC))
    said = text(as_superuser.get(PAGE, {"text": "rita"})).replace("\u00a0", " ")
    assert "rita Reviewer May 4, 2026, 12:00 1.0 MB of 5.0 MB 1 1" in said


def test_somebody_who_was_never_here_and_one_who_is_inactive(
    as_superuser: Client, uploader: User
) -> None:
    User.objects.filter(pk=uploader.pk).update(is_active=False)
    said = text(as_superuser.get(PAGE, {"text": "ursula"}))
    assert "ursula inactive Uploader never" in said


def test_people_are_found_by_parts_of_their_names(
    as_superuser: Client, uploader: User, reviewer: User, trainer: User
) -> None:
    User.objects.filter(pk=uploader.pk).update(first_name="Ursula", last_name="Le Guin")
    User.objects.filter(pk=reviewer.pk).update(email="levine@example.org")
    assert names(as_superuser, text="LE") == ["rita", "ursula"]
    assert names(as_superuser, text="le gui") == ["ursula"]
    assert names(as_superuser, text="%") == []

    assert names(as_superuser, role="trainer") == ["tina"]
    assert names(as_superuser, role="administrator", state="active") == ["sue"]
    assert names(as_superuser, state="inactive") == []


@pytest.mark.parametrize("text", ["GRÜN", "gru\u0308n käthe", "привет", "ÜN ПРИ"])
def test_people_are_found_however_their_names_are_written(
    as_superuser: Client, uploader: User, text: str
) -> None:
    User.objects.filter(pk=uploader.pk).update(first_name="Ka\u0308the Привет", last_name="Grün")
    assert names(as_superuser, text=text) == ["ursula"]


@pytest.mark.usefixtures("people_are_seen")
def test_orders(as_superuser: Client, uploader: User, reviewer: User) -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    Profile.objects.create(user=uploader, last_seen=late, stored_bytes=5)
    Profile.objects.create(user=reviewer, last_seen=early, stored_bytes=7)
    seen._written_s[User.objects.get(username="sue").pk] = float("inf")
    assert names(as_superuser) == ["rita", "sue", "ursula"]
    assert names(as_superuser, order="seen") == ["ursula", "rita", "sue"]
    assert names(as_superuser, order="stored") == ["rita", "ursula", "sue"]


def test_nonsense_is_as_if_nothing_had_been_asked(as_superuser: Client) -> None:
    assert names(as_superuser, role="emperor", order="id", page="x") == ["sue"]


def test_many_come_page_by_page_in_a_few_queries(
    as_superuser: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    User.objects.bulk_create(User(username=f"person{number:05}") for number in range(10_000))
    with django_assert_max_num_queries(14):
        response = as_superuser.get(PAGE, {"page": "3"})
    shown = [row.person.username for row in response.context["rows"]]
    assert shown == [f"person{number:05}" for number in range(100, 150)]
    assert "10001 people" in text(response).replace(",", "")
    assert "Page 3 of 201" in text(response)


def test_what_all_store_is_shown(as_superuser: Client, uploader: User, settings: Settings) -> None:
    settings.ARK_STORAGE_MB = 10
    Profile.objects.create(user=uploader, stored_bytes=2 * 1024**2)
    said = text(as_superuser.get(PAGE)).replace("\u00a0", " ")
    assert "Stored in all: 2.0 MB of 10.0 MB." in said


def test_the_sidebar_leads_to_it(as_superuser: Client, as_reviewer: Client) -> None:
    link = f'href="{PAGE}"'
    assert link in as_superuser.get(reverse("admin:index")).content.decode()
    assert link not in as_reviewer.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("name", ["people", "people-invite", "people-person", "people-delete"])
def test_no_page_has_code_in_it(name: str, as_superuser: Client, uploader: User) -> None:
    keys = [uploader.pk] if name in ("people-person", "people-delete") else []
    content = as_superuser.get(reverse(name, args=keys)).content.decode()
    main = content[content.index("<main") if "<main" in content else 0 :]
    own = main[main.index('class="training') :]
    assert inline_code(own[: own.index("</body>")]) == [] or "<script>" not in own
