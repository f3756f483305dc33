"""The pages of an account, second factors and what is asked for them."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from recognition.core import audit
from recognition.models import AuditEvent
from recognition.people.authentication import factors
from recognition.site.accounts import browsers
from recognition.site.accounts.adapters import FactorAdapter
from tests.support.pages import client_of, text

RIGHT = "a long passphrase"
SECRET = "JBSWY3DPEHPK3PXP"


def sign_in(password: str = RIGHT) -> tuple[Client, str]:
    client = Client()
    response = client.post(reverse("login"), {"username": "ursula", "password": password})
    return client, getattr(response, "url", "")


def code() -> str:
    counter = next(auth.yield_hotp_counters_from_time())
    return auth.format_hotp_value(auth.hotp_value(SECRET, counter))


@pytest.fixture
def with_app(uploader: User) -> User:
    Authenticator.objects.create(
        user=uploader, type="totp", data={"secret": FactorAdapter().encrypt(SECRET)}
    )
    return uploader


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    "name",
    ["account", "change-password", "mfa_index", "usersessions_list", "logout", "mfa_list_webauthn"],
)
def test_every_page_opens(uploader: User, name: str, language: str) -> None:
    headers = {"Accept-Language": language}
    assert client_of(uploader).get(reverse(name), headers=headers).status_code == 200


@pytest.mark.parametrize(
    "name", ["mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"]
)
def test_changing_factors_needs_a_password_again(uploader: User, name: str) -> None:
    client = client_of(uploader)
    response = client.get(reverse(name))
    assert response.url.startswith(reverse("account_reauthenticate"))
    key = client.session.session_key
    response = client.post(response.url, {"password": RIGHT})
    assert client.get(reverse(name)).status_code == 200
    assert client.session.session_key != key


def test_after_the_password_the_code_is_asked_for(with_app: User) -> None:
    client, url = sign_in()
    assert url == reverse("mfa_authenticate")
    assert client.get(reverse("history")).status_code == 302
    assert client.post(url, {"code": code()}).url == reverse("home")
    assert client.get(reverse("history")).status_code == 200
    event = AuditEvent.objects.get(action=audit.Action.SIGNED_IN)
    assert event.details["ways"] == ["password", "totp"]


def test_a_code_works_once(with_app: User) -> None:
    used = code()
    for is_first in (True, False):
        client, url = sign_in()
        assert (client.post(url, {"code": used}).status_code == 302) is is_first


def test_guessing_codes_is_slow(with_app: User) -> None:
    client, url = sign_in()
    answers = [client.post(url, {"code": "000000"}).status_code for _ in range(12)]
    assert 429 in answers
    assert AuditEvent.objects.filter(action=audit.Action.SIGN_IN_FAILED).exists()


def test_secrets_are_not_stored_as_they_are(with_app: User) -> None:
    assert SECRET not in str(Authenticator.objects.get().data)


def test_with_another_secret_key_no_code_works(with_app: User, settings: Settings) -> None:
    settings.SECRET_KEY = "another" * 10
    assert not auth.TOTP(Authenticator.objects.get()).validate_code(code())


def test_who_lost_everything_is_helped(with_app: User, reviewer: User) -> None:
    assert factors.remove_all(with_app, reviewer) == 1
    assert sign_in()[1] == reverse("home")


@pytest.mark.parametrize(
    ("asked_of", "is_asked"), [("none", False), ("staff", False), ("all", True)]
)
def test_an_instance_can_ask_for_a_second_factor(
    uploader: User, settings: Settings, asked_of: str, is_asked: bool
) -> None:
    settings.ARK_REQUIRE_MFA = asked_of
    client, _url = sign_in()
    response = client.get(reverse("history"))
    assert (response.status_code == 302 and response.url == reverse("mfa_index")) is is_asked


def test_who_has_one_is_let_pass(with_app: User, settings: Settings) -> None:
    settings.ARK_REQUIRE_MFA = "all"
    client, url = sign_in()
    client.post(url, {"code": code()})
    assert client.get(reverse("history")).status_code == 200


def test_sign_in_by_mail_address(uploader: User) -> None:
    uploader.email = "ursula@example.org"
    uploader.save()
    fields = {"username": "Ursula@example.org", "password": RIGHT}
    assert Client().post(reverse("login"), fields).status_code == 302


def test_a_switched_off_account(uploader: User) -> None:
    uploader.is_active = False
    uploader.save()
    client, url = sign_in()
    assert "switched off" in text(client.get(url))


def test_nobody_signs_up(db: None) -> None:
    client = Client()
    fields = {"username": "new", "password1": RIGHT, "password2": RIGHT}
    assert "People are invited" in text(client.post("/account/closed/", fields))
    assert not User.objects.exists()


def test_without_mail_a_page_says_whom_to_ask(uploader: User) -> None:
    page = text(Client().post(reverse("account_reset_password"), {"email": "a@example.org"}))
    assert "Ask its administrator" in page


def test_a_password_is_reset_by_mail(uploader: User, settings: Settings) -> None:
    settings.ARK_EMAIL = True
    uploader.email = "ursula@example.org"
    uploader.save()
    client = Client()
    for address in ("nobody@example.org", "ursula@example.org"):
        page = client.post(reverse("account_reset_password"), {"email": address}, follow=True)
        assert "a link is on its way" in text(page)
    [message] = mail.outbox
    link = next(word for word in message.body.split() if word.startswith("http"))
    page = client.get(link.removeprefix("http://testserver"), follow=True)
    fields = {"password1": "a new long passphrase", "password2": "a new long passphrase"}
    done = client.post(page.redirect_chain[-1][0], fields, follow=True)
    assert "Now sign in" in text(done)
    assert sign_in("a new long passphrase")[1] == reverse("home")
    assert AuditEvent.objects.filter(action=audit.Action.PASSWORD_RESET).exists()


def test_openid_connect_is_off_by_default(db: None) -> None:
    assert Client().get("/account/oidc/oidc/").status_code == 404


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (iPhone; like Mac OS X) Version/18 Safari/604.1", "Safari on iPhone"),
        ("curl/8.5", "curl"),
        ("", "Unknown browser"),
    ],
)
def test_browsers_have_names(header: str, name: str) -> None:
    assert browsers.name_of(header) == name
