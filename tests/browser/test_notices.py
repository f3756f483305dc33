"""Something of one's own has ended: any page says so, and the title of its tab."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import let_in
from tests.support.instance import Instance

_END = """
from django.contrib.auth.models import User
from django.utils import timezone
from recognition.models import Job
who = User.objects.get(username={name!r})
for error in ("", "bug"):
    Job.objects.create(kind="storage_check", subject=error, by=who, error=error,
        state="failed" if error else "succeeded", finished=timezone.now(), result={{"found": {{}}}})
"""


def test_what_has_ended_is_told_until_it_is_closed(
    instance: Instance, next_person: Callable[[], str], open_page: Callable[..., Page]
) -> None:
    name = next_person()
    page = open_page()
    let_in(page, name)
    instance.manage("shell", "-v", "0", "-c", _END.format(name=name))
    page.goto("/history/")
    expect(page.locator(".notices a")).to_have_text(
        ["Storage check: failed", "Storage check: done"]
    )
    expect(page).to_have_title("(2) History · Ark")
    closing = page.get_by_role("button", name="Close: Storage check: failed")
    with page.expect_response("**/notices/put-away/"):
        closing.click()
    expect(page).to_have_title("(1) History · Ark")
    expect(page.get_by_role("button", name="Close: Storage check: done")).to_be_focused()
    page.goto("/how-it-works/")
    expect(page.locator(".notices a")).to_have_text("Storage check: done")
