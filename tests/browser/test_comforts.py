"""Keyboard, themes, menus."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.reviewers import Reviewer


def test_the_theme_is_remembered(page: Page) -> None:
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "light")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(root).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-theme", "dark")


def test_the_theme_of_the_site_is_that_of_the_tables(reviewer: Reviewer) -> None:
    page = reviewer.page
    page.goto("/")
    page.get_by_role("button", name="Switch between light and dark").click()
    page.goto("/admin/recognition/label/")
    expect(page.locator("html.dark")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Switch between light and dark").click()
    page.goto("/admin/review/")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_the_navigation_of_staff_opens_on_a_narrow_screen_and_hides_on_a_wide_one(
    reviewer: Reviewer,
) -> None:
    page = reviewer.page
    page.goto("/admin/review/suspects/")
    side = page.get_by_role("navigation", name="Pages of the staff")
    expect(side).to_be_visible()
    side.get_by_role("button", name="Hide the menu").click()
    expect(side).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    side.get_by_role("button", name="Keep the menu open").click()
    page.set_viewport_size({"width": 390, "height": 800})
    expect(side).to_be_hidden()
    page.get_by_role("button", name="Menu").press("Enter")
    side.get_by_role("link", name="Near-duplicates").press("Enter")
    expect(page.get_by_role("heading", name="Near-duplicates", level=1)).to_be_visible()


def test_arrow_keys_lead_from_photo_to_photo(page: Page, photos: list[Path]) -> None:
    page.get_by_label("Choose photos").set_input_files(photos[:2])
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    page.goto("/history/")
    page.locator(".card-title a").first.click()
    page.wait_for_url("**/photos/**")
    first = page.url
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(first)
    page.wait_for_load_state()  # with its scripts
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(first)


def test_the_menu_closes_with_escape(page: Page) -> None:
    summary = page.locator(".menu summary")
    summary.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_first_tab_skips_to_the_content(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
