"""Sign in, sign out, password, language."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.support.pages import text

PASSWORD = "a long passphrase"


def sign_in(client: Client, password: str = PASSWORD, **more: str):
    return client.post(reverse("login"), {"username": "ursula", "password": password, **more})


@pytest.fixture
def stranger(uploader: User) -> Client:
    return Client()


def test_sign_in_leads_to_the_page_that_was_asked_for(stranger: Client) -> None:
    assert stranger.get(reverse("history")).url == "/sign-in/?next=/history/"
    assert sign_in(stranger, next="/history/").url == "/history/"


def test_sign_in_never_leads_elsewhere(stranger: Client) -> None:
    assert sign_in(stranger, next="https://example.org/").url == "/"


def test_a_wrong_password_is_said_kindly(stranger: Client) -> None:
    assert "That name and password do not match." in text(sign_in(stranger, "wrong"))


def test_sign_out(client: Client) -> None:
    assert client.post(reverse("logout")).url == reverse("signed-out")
    assert "You are signed out" in text(client.get(reverse("signed-out")))
    assert client.get(reverse("home")).status_code == 302


def test_who_is_signed_in_is_not_told_otherwise(client: Client) -> None:
    assert client.get(reverse("signed-out")).url == reverse("home")


def test_change_the_password(client: Client, uploader: User) -> None:
    new = "another long passphrase"
    fields = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    response = client.post(reverse("change-password"), fields, follow=True)
    assert "Your password was changed." in text(response)
    uploader.refresh_from_db()
    assert uploader.check_password(new)


def test_a_password_that_is_too_simple_is_explained(client: Client) -> None:
    fields = {"old_password": PASSWORD, "new_password1": "12345", "new_password2": "12345"}
    assert "too short" in text(client.post(reverse("change-password"), fields))


def test_the_language_of_the_browser_and_of_the_switch(client: Client) -> None:
    assert "您的照片里有什么" in text(client.get("/", headers={"Accept-Language": "zh-CN"}))
    response = client.post(
        reverse("set-language"), {"language": "zh-hans"}, headers={"Referer": "/history/"}
    )
    assert response.url == "/history/"
    assert "您的照片里有什么" in text(client.get("/", headers={"Accept-Language": "en"}))
