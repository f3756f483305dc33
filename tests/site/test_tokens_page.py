"""A person's API tokens on the site."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from recognition.models import ApiToken
from recognition.people import tokens
from tests.support.pages import text

PAGE = "/account/tokens/"
TOKEN = re.compile(r"ark_[A-Za-z0-9]{43}")


def make(client: Client, **more: Any) -> Any:
    fields = {"name": "script", "scopes": ["read"], "valid": "90", "form_id": uuid4(), **more}
    return client.post(PAGE, fields)


def shown(response: Any) -> str:
    [token] = set(TOKEN.findall(response.content.decode()))
    return token


def test_its_address_is_where_the_menu_leads() -> None:
    assert reverse("api-tokens") == PAGE


@pytest.mark.django_db
def test_a_stranger_must_sign_in() -> None:
    assert Client().get(PAGE).url == f"/sign-in/?next={PAGE}"


def test_a_new_token_is_shown_once_and_works(client: Client, uploader: User) -> None:
    token = shown(make(client))
    assert tokens.find(token).user == uploader
    assert not TOKEN.search(client.get(PAGE).content.decode())


def test_examples_use_ones_own_address_and_a_token_that_was_just_made(client: Client) -> None:
    before = client.get(PAGE).content.decode()
    after = make(client)
    token = shown(after)
    examples = re.findall(r"<code>(.*?)</code>", after.content.decode(), re.DOTALL)
    assert before.count("http://testserver") == 5
    assert before.count("Token ark_…") == 2
    assert sum(token in example for example in examples) == 4


def test_the_page_is_found_from_the_menu_and_the_documentation(client: Client) -> None:
    for address in (reverse("home"), reverse("api-docs")):
        html = client.get(address).content.decode()
        assert re.search(rf'href="{PAGE}"[^>]*>Use the API', html), address
    assert "Use the API" in text(client.get(PAGE))


def test_nothing_keeps_a_new_token(client: Client) -> None:
    response = make(client)
    assert "no-store" in response["Cache-Control"]
    assert not TOKEN.search(str(response.cookies))
    assert not any(TOKEN.search(str(s.get_decoded())) for s in Session.objects.all())


def test_it_is_as_was_chosen(client: Client) -> None:
    make(client, name="backup", scopes=["train", "read"], valid="30")
    token = ApiToken.objects.get()
    assert (token.name, token.scopes) == ("backup", ["read", "train"])
    assert round((token.expires - token.created).total_seconds() / 86400) == 30


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a" * 81},
        {"name": "\0"},
        {"scopes": []},
        {"scopes": ["all"]},
        {"valid": "100000"},
        {"valid": ""},
        {"form_id": "none"},
    ],
)
def test_what_makes_no_sense_makes_no_token(wrong: dict[str, Any], client: Client) -> None:
    assert make(client, **wrong).status_code == 400
    assert not ApiToken.objects.exists()


def test_for_ever_is_for_who_may(client: Client, uploader: User) -> None:
    assert "until it is revoked" not in text(client.get(PAGE))
    uploader.user_permissions.add(Permission.objects.get(codename="lasting_apitoken"))
    assert "until it is revoked" in text(client.get(PAGE))
    make(client, valid="")
    assert ApiToken.objects.get().expires is None


def test_a_form_sent_twice_makes_one_token(client: Client) -> None:
    form = uuid4()
    make(client, form_id=form)
    again = make(client, form_id=form)
    assert again.url == PAGE
    assert "That form was sent twice." in text(client.get(PAGE))
    assert ApiToken.objects.count() == 1


def test_there_is_an_end_to_how_many(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_A_PERSON", 1)
    make(client)
    assert "Revoke one first." in text(make(client))
    assert ApiToken.objects.count() == 1


def test_a_token_is_revoked_by_its_owner(client: Client) -> None:
    token = shown(make(client, name="backup"))
    address = reverse("revoke-api-token", args=[ApiToken.objects.get().id])
    assert "backup is revoked." in text(client.post(address, follow=True))
    assert tokens.find(token) is None
    assert client.post(address).url == PAGE  # sent twice


def test_nobody_sees_or_revokes_another_persons(client: Client, other_client: Client) -> None:
    make(client, name="mine alone")
    assert "mine alone" not in text(other_client.get(PAGE))
    other_client.post(reverse("revoke-api-token", args=[ApiToken.objects.get().id]))
    assert ApiToken.objects.exists()


def test_my_account_leads_there(client: Client) -> None:
    assert f'href="{PAGE}"' in client.get(reverse("account")).content.decode()
