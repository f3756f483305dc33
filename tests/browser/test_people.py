"""Somebody is invited, joins on a phone and reviews; roles change; an administrator stays."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, signed_in
from tests.support.instance import PASSWORD, Instance

ADMINISTRATOR = f"""
from django.contrib.auth.models import User
User.objects.filter(is_superuser=True).update(is_superuser=False)  # so that ada is the only one
User.objects.create_superuser("ada", password={PASSWORD!r})
"""


def test_invited_on_a_phone_and_a_reviewer_at_once(
    open_page: Callable[..., Page], instance: Instance, complaints: list[str]
) -> None:
    instance.manage("shell", "-c", ADMINISTRATOR)
    page = signed_in(open_page(permissions=["clipboard-read", "clipboard-write"]), "ada")
    page.goto("/admin/people/")
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("Role").select_option("reviewer")
    page.get_by_label("Suggested username").fill("nina")
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.get_by_label("Link").input_value()

    phone = open_page(viewport=PHONE)
    phone.goto(link)
    expect(phone.get_by_label("Username")).to_have_value("nina")
    phone.get_by_label("Password", exact=True).fill(PASSWORD)
    phone.get_by_label(re.compile("[Cc]onfirmation")).fill(PASSWORD)
    phone.get_by_role("button", name="Join").click()
    expect(phone.get_by_text("Welcome, nina.")).to_be_visible()
    phone.goto("/admin/")
    expect(phone).to_have_url(re.compile("/admin/$"))
    phone.goto("/admin/review/")
    expect(phone.get_by_role("heading", name="Review queue")).to_be_visible()

    page.goto("/admin/people/")
    page.get_by_role("searchbox").fill("nina")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="nina").click()
    expect(page.get_by_label("Reviewer sees")).to_be_checked()
    page.get_by_label("Uploader").check()
    page.get_by_role("button", name="Change the role").click()
    expect(page.get_by_text("The role of nina is now: Uploader.")).to_be_visible()
    answer = phone.goto("/admin/review/")
    assert answer.status == 403
    complaints[:] = [text for text in complaints if "403" not in text]


def test_the_last_administrator_stays(open_page: Callable[..., Page], instance: Instance) -> None:
    page = signed_in(open_page(), "ada")
    page.goto("/admin/people/?text=ada")
    page.get_by_role("link", name="ada", exact=True).click()
    page.get_by_label("Uploader").check()
    page.get_by_role("button", name="Change the role").click()
    expect(page.get_by_text("This is the only administrator who can sign in.")).to_be_visible()
    expect(page.get_by_label("Administrator")).to_be_checked()
