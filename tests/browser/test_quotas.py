"""A quota in a browser: set by an administrator, and met by the person it is set for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, let_in, signed_in
from tests.support.files import encoded, noise


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_exceeds_it_is_refused_until_it_is_raised(
    viewport: dict[str, int],
    administrator: str,
    open_page: Callable[..., Page],
    next_person: Callable[[], str],
    tmp_path: Path,
) -> None:
    name = next_person()
    large = tmp_path / "large.png"
    large.write_bytes(encoded(noise(700, 600), "PNG"))
    staff = let_in(open_page(viewport=viewport), administrator)
    set_quota(staff, name, "1")

    page = signed_in(open_page(viewport=viewport), name)
    expect(page.get_by_text("of 1.0\u00a0MB used")).to_be_visible()
    page.get_by_label("Choose photos").set_input_files(large)
    refused = page.locator('.card[data-state="refused"]')
    expect(refused).to_contain_text("There is no room for it")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]

    set_quota(staff, name, "3")
    assert staff.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.reload()
    page.get_by_label("Choose photos").set_input_files(large)
    expect(page.locator('.card[data-state="done"]')).to_have_count(1)
    page.reload()
    expect(page.get_by_role("progressbar", name="Storage used")).to_be_visible()


def set_quota(page: Page, name: str, megabytes: str) -> None:
    page.goto(f"/admin/people/?text={name}")
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_label("Quota in MB").fill(megabytes)
    page.get_by_label("Quota in MB").press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
