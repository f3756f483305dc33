"""The page of storage in a browser: a check that is asked for, and what it found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, let_in
from tests.support.instance import Instance

# A slow machine hands on what takes it longer than a few seconds.
_CHECK = """
from recognition.core import jobs
from recognition.storage import checking
while Job.objects.filter(kind=Job.Kind.STORAGE_CHECK, state__in=jobs.OPEN).exists():
    checking.check_pending()
"""


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_check_is_asked_for_and_told(
    viewport: dict[str, int],
    administrator: str,
    open_page: Callable[..., Page],
    instance: Instance,
) -> None:
    page = let_in(open_page(viewport=viewport), administrator)
    page.goto("/admin/storage/")
    page.get_by_role("button", name="Check now", exact=True).click()
    expect(page.get_by_text("A check is going on.")).to_be_visible()
    instance.manage("shell", "-c", _CHECK)
    expect(page.get_by_text("A check is going on.")).to_be_hidden()
    expect(page.get_by_role("heading", name="What takes room")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
