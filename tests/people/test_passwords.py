"""Passwords: changed, set by others, the first one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from recognition.core import audit
from recognition.models import ApiToken, AuditEvent, Profile
from recognition.people import profiles
from recognition.people.authentication import passwords
from tests.support.pages import client_of, text
from tests.support.tokens import token_of

NEW = "another long passphrase"


@pytest.fixture(autouse=True)
def _no_file() -> Iterator[None]:
    passwords.forget_first_password()
    yield
    passwords.forget_first_password()


@pytest.fixture
def first(db: None) -> Client:
    """The administrator of a new instance, signed in with the password of the file."""
    passwords.make_first_administrator("first password of all")
    return signed_in("admin", "first password of all")


def signed_in(name: str, password: str) -> Client:
    client = Client()
    assert (
        client.post(reverse("login"), {"username": name, "password": password}).status_code == 302
    )
    return client


def change(client: Client, old: str, new: str = NEW, **more: str):
    fields = {"old_password": old, "new_password1": new, "new_password2": new, **more}
    return client.post(reverse("change-password"), fields)


@pytest.mark.parametrize("page", ["/", "/history/", "/admin/", "/account/", "/nowhere/"])
def test_the_first_password_must_be_changed_before_anything(first: Client, page: str) -> None:
    response = first.get(page)
    assert response.status_code == 404 if page == "/nowhere/" else response.url == "/password/"


def test_the_page_explains_why(first: Client) -> None:
    assert "was chosen by somebody else" in text(first.get("/password/"))


def test_the_api_in_a_browser_waits_too(first: Client) -> None:
    response = first.get("/api/v1/photos/")
    assert response.status_code == 403
    assert response.json()["code"] == "account_incomplete"


def test_pages_that_update_in_place_are_sent_as_a_whole(first: Client) -> None:
    assert first.get("/history/", headers={"HX-Request": "true"})["HX-Redirect"] == "/password/"


def test_signing_out_and_the_language_stay_open(first: Client) -> None:
    assert first.post("/language/", {"language": "zh-hans"}).url != "/password/"
    assert first.post("/sign-out/").url == "/signed-out/"


@pytest.mark.parametrize("name", ["offline", "service-worker", "web-manifest", "favicon"])
def test_what_browsers_ask_for_by_themselves_stays_open(first: Client, name: str) -> None:
    answer = first.get(reverse(name))
    assert answer.headers.get("Location", "") != "/password/"


def test_after_the_change_everything_is_open_and_the_file_is_gone(
    first: Client, django_capture_on_commit_callbacks
) -> None:
    assert passwords.FIRST_PASSWORD_FILE.stat().st_mode & 0o777 == 0o600
    with django_capture_on_commit_callbacks(execute=True):
        assert change(first, "first password of all").url == "/"
    assert not passwords.FIRST_PASSWORD_FILE.exists()
    assert first.get("/history/").status_code == 200
    assert first.get("/admin/").status_code == 200


def test_a_token_is_not_asked(first: Client) -> None:
    token = token_of(User.objects.get())
    response = Client().get("/api/v1/photos/", headers={"Authorization": f"Token {token}"})
    assert response.status_code == 200


def test_an_upgraded_instance_whose_first_password_is_in_use(db: None) -> None:
    User.objects.create_superuser("admin", password="first password of all")
    passwords.write_secret_file(passwords.FIRST_PASSWORD_FILE, "first password of all")
    passwords.look_after_first_password()
    assert signed_in("admin", "first password of all").get("/").url == "/password/"


def test_an_upgraded_instance_whose_first_password_is_out_of_use(db: None) -> None:
    User.objects.create_superuser("admin", password=NEW)
    passwords.write_secret_file(passwords.FIRST_PASSWORD_FILE, "first password of all")
    passwords.look_after_first_password()
    assert not passwords.FIRST_PASSWORD_FILE.exists()
    assert signed_in("admin", NEW).get("/").status_code == 200


def test_a_change_signs_every_other_browser_out(uploader: User) -> None:
    one, other = (signed_in("ursula", "a long passphrase") for _ in range(2))
    change(one, "a long passphrase")
    assert one.get("/").status_code == 200
    assert other.get("/").status_code == 302


def test_a_change_revokes_tokens_if_asked(uploader: User) -> None:
    client = client_of(uploader)
    token_of(uploader)
    change(client, "a long passphrase")
    assert ApiToken.objects.exists()
    change(client, NEW, "yet another passphrase", revoke_tokens="on")
    assert not ApiToken.objects.exists()


def test_revoking_tokens_is_proposed(uploader: User) -> None:
    page = client_of(uploader).get("/password/").content.decode()
    assert 'name="revoke_tokens"' in page
    assert "checked" in page


def test_who_is_given_a_password_has_to_change_it(uploader: User, reviewer: User) -> None:
    passwords.change(uploader, NEW, by=reviewer, revoke_tokens=True)
    assert signed_in("ursula", NEW).get("/").url == "/password/"


def test_the_admins_own_page_for_it_leads_to_the_one_page(reviewer: User) -> None:
    assert client_of(reviewer).get("/admin/password_change/").url == "/password/"


def test_a_change_stands_in_the_audit_log(uploader: User) -> None:
    change(client_of(uploader), "a long passphrase")
    event = AuditEvent.objects.get(action=audit.Action.PASSWORD_CHANGED)
    assert (event.user_name, event.subject) == ("ursula", "ursula")


def test_a_new_instance_asks_for_another_password(db: None, monkeypatch) -> None:
    monkeypatch.setattr(
        "recognition.management.commands.prepare.Command._finder", lambda self: None
    )
    monkeypatch.setattr("recognition.versions.pretrained.ensure_first", lambda say: None)
    monkeypatch.setattr("recognition.versions.pretrained.offer_better", lambda say: None)
    call_command("prepare")
    assert Profile.objects.get(user__username="admin").must_change_password
    assert profiles.of(User.objects.get(username="admin")).must_change_password
