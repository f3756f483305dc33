"""Delete, undo, delete, restore, delete for ever: on a desktop and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, signed_in


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_photo_comes_back_twice_and_then_goes(
    size: dict[str, int],
    open_page: Callable[..., Page],
    next_person: Callable[[], str],
    photos: list[Path],
) -> None:
    page = signed_in(open_page(viewport=size), next_person())
    page.get_by_label("Choose photos").set_input_files(photos[:1])
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    page.locator(".card-title a").click()
    page.wait_for_url("**/photos/**")
    address = page.url
    delete(page)
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(address)
    expect(page.get_by_text("1 photo is back, and is recognised again.")).to_be_visible()
    delete(page)
    page.get_by_role("link", name="Trash").click()
    expect(page.get_by_text("30 days left")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0
    page.get_by_label(photos[0].name).check()
    page.get_by_role("button", name="Restore the chosen").click()
    expect(page.get_by_role("heading", name="Nothing in the trash")).to_be_visible()
    page.goto(address)
    delete(page)
    page.goto("/trash/")
    page.get_by_role("button", name="Empty the trash").click()
    page.get_by_role("button", name="Delete for ever").click()
    expect(page.get_by_text("1 photo is deleted for ever.")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing in the trash")).to_be_visible()


def delete(page: Page) -> None:
    page.get_by_role("link", name="Delete", exact=True).click()
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.locator(".message")).to_contain_text("is in the trash.")
