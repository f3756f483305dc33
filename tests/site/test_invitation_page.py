"""Links that let somebody in: an invitation, a new password. Each works once."""

from __future__ import annotations

import logging

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.models import AuditEvent, Role
from recognition.people import invitations
from recognition.people.authentication import password_links
from tests.support.pages import client_of, inline_code, text

PASSWORD = "another long passphrase"
CHOSEN = {"username": "nina", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def administrator(groups: None) -> User:
    return User.objects.create_superuser("ada", password="a long passphrase")


@pytest.fixture
def address(administrator: User) -> str:
    _, code = invitations.invite(Role.REVIEWER, administrator)
    return reverse("invitation", args=[code])


def test_a_new_reviewer_is_in_and_enters_the_admin(address: str) -> None:
    browser = Client()
    response = browser.post(address, CHOSEN, follow=True)
    assert response.redirect_chain[-1][0] == reverse("home")
    assert "Welcome, nina." in text(response)
    assert browser.get(reverse("admin:index")).status_code == 200


def test_it_works_once_and_then_says_what_to_do(address: str) -> None:
    Client().post(address, CHOSEN)
    for response in (Client().get(address), Client().post(address, CHOSEN)):
        assert response.status_code == 404
        assert "Ask whoever sent it to you for a new one." in text(response)
    assert User.objects.filter(username="nina").count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password1": "password123", "password2": "password123"}, "too common"),
        ({"password2": "something else"}, "match"),
        ({"username": "ADA"}, "already exists"),
        ({"username": "n/na"}, "Enter a valid username"),
        ({"username": ""}, "required"),
    ],
)
def test_what_is_wrong_is_explained(fields: dict[str, str], said: str, address: str) -> None:
    response = Client().post(address, {**CHOSEN, **fields})
    assert response.status_code == 200
    assert said in text(response)
    assert not User.objects.filter(username="nina").exists()


def test_to_look_at_it_changes_nothing(address: str) -> None:
    for _ in range(3):
        assert Client().get(address).status_code == 200
        assert Client().head(address).status_code in (200, 405)
    assert Client().post(address, CHOSEN).status_code == 302


def test_who_is_signed_in_is_asked_first(address: str, administrator: User) -> None:
    response = client_of(administrator).post(address, CHOSEN)
    assert "You are signed in as ada." in text(response)
    assert not User.objects.filter(username="nina").exists()


def test_who_tries_very_often_has_to_wait(address: str, db: None) -> None:
    for _ in range(30):
        Client().get(reverse("invitation", args=["a-guess"]))
    assert Client().get(address).status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.7").get(address).status_code == 200


def test_it_is_never_kept_by_the_browser_and_has_no_code_in_it(address: str) -> None:
    response = Client().get(address)
    assert "no-store" in response["Cache-Control"]
    assert inline_code(response.content.decode()) == []


def test_the_log_does_not_tell_the_code(address: str, caplog: pytest.LogCaptureFixture) -> None:
    code = address.split("/")[2]
    with caplog.at_level(logging.INFO):
        Client().get(address)
    assert "/invitation/…/" in caplog.text
    assert code not in caplog.text


# A new password


@pytest.fixture
def link(administrator: User, uploader: User) -> str:
    return reverse("password-link", args=password_links.make(uploader, administrator))


def test_a_new_password_signs_out_everywhere_and_the_link_works_once(
    administrator: User, uploader: User
) -> None:
    elsewhere = client_of(uploader)
    link = reverse("password-link", args=password_links.make(uploader, administrator))
    browser = Client()
    page = browser.get(link, follow=True)
    assert "For ursula." in text(page)
    form = page.redirect_chain[-1][0]
    new = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert "The new password is set." in text(browser.post(form, new, follow=True))
    assert User.objects.get(pk=uploader.pk).check_password(PASSWORD)
    assert elsewhere.get(reverse("home")).status_code == 302
    again = Client().get(link)
    assert again.status_code == 404
    assert "This link does not work" in text(again)
    done = AuditEvent.objects.order_by("at", "id").values_list("action", "user_name")
    assert ("password_reset", "ada") in done
    assert ("password_changed", "ursula") in done


def test_the_old_password_works_until_then_and_whoever_knows_it_needs_no_link(
    link: str, uploader: User
) -> None:
    assert Client().get(link, follow=True).status_code == 200
    assert User.objects.get(pk=uploader.pk).check_password("a long passphrase")
    client_of(uploader)  # signs in
    assert Client().get(link, follow=True).status_code == 404


def test_a_link_for_somebody_else_does_not_fit(link: str, other_uploader: User) -> None:
    *_rest, token, _end = link.split("/")
    other = password_links.make(other_uploader, User.objects.get(username="ada"))
    mixed = reverse("password-link", args=[other.uidb64, token])
    assert Client().get(mixed, follow=True).status_code == 404


def test_the_log_does_not_tell_the_token(link: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Client().get(link)
    assert link.split("/")[3] not in caplog.text
