"""Scripts of a page that outlived its session are told why they are not answered."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.support.pages import client_of

ASKED = [  # what scripts and htmx ask for
    "home",
    "history",
    "news",
    "jobs-live",
    "review-suspects",
    "training-launch",
    "training-experiment-new",
]


def ask(client: Client, name: str, person: User) -> tuple[int, str]:
    response = client.get(reverse(name), headers={"Ark-Person": str(person.pk)})
    return response.status_code, response.headers.get("Ark-Problem", "")


@pytest.mark.parametrize("name", ASKED)
def test_nobody_is_signed_in_any_more(name: str, uploader: User) -> None:
    assert ask(Client(), name, uploader) == (401, "signed-out")


@pytest.mark.parametrize("name", ASKED)
def test_somebody_else_is_signed_in_by_now(name: str, other_client: Client, uploader: User) -> None:
    assert ask(other_client, name, uploader) == (403, "other-person")


@pytest.mark.parametrize("name", ASKED[3:])
@pytest.mark.parametrize("was_staff", [True, False])
def test_a_role_was_withdrawn(name: str, was_staff: bool, reviewer: User) -> None:
    client = client_of(reviewer)
    reviewer.groups.clear()
    User.objects.filter(pk=reviewer.pk).update(is_staff=was_staff)
    assert ask(client, name, reviewer) == (403, "forbidden")


def test_the_token_of_the_page_is_too_old(uploader: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(uploader, backend="django.contrib.auth.backends.ModelBackend")
    headers = {"Ark-Person": str(uploader.pk), "X-CSRFToken": "x" * 64}
    refused = client.post(reverse("open-batch"), headers=headers)
    assert (refused.status_code, refused["Ark-Problem"]) == (403, "csrf")

    now = client.get(reverse("session")).json()
    headers |= {"X-CSRFToken": now["csrf"], "Accept": "application/json"}
    assert now["person"] == str(uploader.pk)
    assert client.post(reverse("open-batch"), headers=headers).status_code == 201


def test_who_is_signed_in_is_not_kept_by_browsers(client: Client) -> None:
    assert "no-store" in client.get(reverse("session"))["Cache-Control"]


def test_nobody_is_nobody() -> None:
    assert Client().get(reverse("session")).json()["person"] == ""


def test_people_still_get_pages(uploader: User) -> None:
    """Without the header of scripts."""
    response = Client().get(reverse("history"))
    assert response.url == f"{reverse('login')}?next={reverse('history')}"
    assert client_of(uploader).get(reverse("jobs-live")).status_code in (302, 403)


def test_each_page_says_whose_it_is(client: Client, uploader: User) -> None:
    assert f'data-person="{uploader.pk}"' in client.get(reverse("home")).content.decode()
