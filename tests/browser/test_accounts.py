"""Accounts in a real browser: second factors, passkeys, sessions, passwords."""

from __future__ import annotations

import base64
import hmac
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import signed_in
from tests.support.instance import PASSWORD, Instance

NEW = "a passphrase of my own"
ON = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}


@pytest.fixture
def local(open_page: Callable[..., Page], instance: Instance) -> Callable[..., Page]:
    """Opens a page whose address has a name: passkeys belong to names."""
    return lambda **options: open_page(
        base_url=instance.url.replace("127.0.0.1", "localhost"), **options
    )


def code_of(secret: str, ahead: int = 0) -> str:
    """What an app shows (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30 + ahead)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def add_authenticator(page: Page) -> None:
    """A device that signs whatever it is asked to, as with a fingerprint."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options: dict[str, Any] = {**ON, "hasUserVerification": True, "isUserVerified": True}
    options["automaticPresenceSimulation"] = True
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def confirm(page: Page) -> None:
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def set_up_app(page: Page) -> tuple[str, list[str]]:
    """The app's secret, and the recovery codes."""
    page.goto("/account/")
    page.get_by_role("link", name="Second factor and passkeys").click()
    page.get_by_role("link", name="Set up the app").click()
    confirm(page)
    expect(page.get_by_role("img", name="The key as a picture to scan")).to_be_visible()
    secret = page.locator("code.key").inner_text()
    page.get_by_label("code").fill(code_of(secret))
    page.get_by_role("button", name="Set up the app").click()
    expect(page.get_by_text("The app was set up.")).to_be_visible()
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    return secret, codes


def sign_out(page: Page) -> None:
    page.get_by_label("Account of").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()


def begin_sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.goto("/sign-in/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_label("Password").press("Enter")


def is_in(page: Page) -> None:
    expect(page.get_by_role("heading", name="What is in your photos?")).to_be_visible()


def test_sign_in_with_a_code_of_an_app(local: Callable[..., Page], next_person) -> None:
    person = next_person()
    page = signed_in(local(), person)
    secret, _codes = set_up_app(page)
    sign_out(page)
    begin_sign_in(page, person)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Incorrect code.")).to_be_visible()
    page.get_by_label("Code").fill(code_of(secret, ahead=1))  # the first one is used up
    page.get_by_role("button", name="Sign in", exact=True).click()
    is_in(page)


def test_sign_in_with_a_recovery_code_which_works_once(
    local: Callable[..., Page], next_person
) -> None:
    person = next_person()
    page = signed_in(local(), person)
    _secret, codes = set_up_app(page)
    for is_first in (True, False):
        sign_out(page)
        begin_sign_in(page, person)
        page.get_by_label("Code").fill(codes[0])
        page.get_by_role("button", name="Sign in", exact=True).click()
        if is_first:
            is_in(page)
            continue
        expect(page.get_by_text("Incorrect code.")).to_be_visible()
        break
    else:  # pragma: no cover
        pytest.fail("the code worked twice")


def add_passkey(page: Page, *, alone: bool) -> None:
    page.goto("/account/factors/")
    page.get_by_role("link", name="Add a passkey").click()
    confirm(page)
    page.get_by_label("Name").fill("My laptop")
    page.get_by_label("Sign in with it alone").set_checked(alone)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The passkey was added.")).to_be_visible()


def test_sign_in_with_a_passkey_alone(local: Callable[..., Page], next_person) -> None:
    page = signed_in(local(), next_person())
    add_authenticator(page)
    add_passkey(page, alone=True)
    sign_out(page)
    page.goto("/history/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/history/")


def test_a_passkey_as_second_factor(local: Callable[..., Page], next_person) -> None:
    person = next_person()
    page = signed_in(local(), person)
    add_authenticator(page)
    add_passkey(page, alone=False)
    sign_out(page)
    begin_sign_in(page, person)
    page.get_by_role("button", name="Use a passkey").click()
    is_in(page)
    page.goto("/account/factors/webauthn/")
    page.get_by_role("link", name="Remove My laptop").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()


def test_without_a_passkey_the_page_says_so(local: Callable[..., Page]) -> None:
    page = local()
    page.goto("/sign-in/")
    add_authenticator(page)  # an empty one
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The passkey was not used")).to_be_visible()


def test_another_browser_is_signed_out_remotely(
    open_page: Callable[..., Page], next_person
) -> None:
    person = next_person()
    here, there = signed_in(open_page(), person), signed_in(open_page(), person)
    here.goto("/account/sessions/")
    expect(here.get_by_text("This browser")).to_have_count(1)
    here.get_by_role("button", name="Sign out Chrome").click()
    expect(here.get_by_text("That session was signed out.")).to_be_visible()
    there.goto("/history/")
    expect(there.get_by_role("heading", name="Welcome to Ark")).to_be_visible()


def test_change_the_password(open_page: Callable[..., Page], next_person) -> None:
    person = next_person()
    page = signed_in(open_page(), person)
    page.goto("/account/")
    page.get_by_role("link", name="Change password").click()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("ark-2026")
    page.get_by_label("New password, again").fill("ark-2026")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("made of the name of this site")).to_be_visible()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("New password, again").fill(NEW)
    page.get_by_label("New password, again").press("Enter")
    expect(page.get_by_text("Your password was changed.")).to_be_visible()
    sign_out(page)
    begin_sign_in(page, person, NEW)
    is_in(page)


def test_the_first_password_is_changed_first(
    open_page: Callable[..., Page], instance: Instance
) -> None:
    password = (instance.home / "initial-admin-password").read_text().strip()
    page = open_page()
    begin_sign_in(page, "admin", password)
    expect(page.get_by_text("was chosen by somebody else")).to_be_visible()
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="Change password")).to_be_visible()
    page.get_by_label("Current password").fill(password)
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("New password, again").fill(NEW)
    page.get_by_role("button", name="Change password").click()
    is_in(page)
    assert not (instance.home / "initial-admin-password").exists()


def test_decisions_that_could_not_be_sent_go_when_their_person_signs_out(
    page: Page,
) -> None:
    page.evaluate("localStorage.setItem('ark-review-7.1.a', '{}')")
    page.on("dialog", lambda dialog: dialog.accept())
    sign_out(page)
    assert (
        page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('ark-review'))") == []
    )
