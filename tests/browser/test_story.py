"""The main job from signing in to signing out, on a desktop and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, signed_in


@pytest.fixture(params=["desktop", "phone"])
def page(
    request: pytest.FixtureRequest, open_page: Callable[..., Page], next_person: Callable[[], str]
) -> Page:
    is_phone = request.param == "phone"
    viewport = PHONE if is_phone else DESKTOP
    return signed_in(
        open_page(viewport=viewport, has_touch=is_phone, is_mobile=is_phone), next_person()
    )


def test_the_main_job(page: Page, photos: list[Path], tmp_path: Path) -> None:
    letter = tmp_path / "letter.jpg"
    letter.write_text("This is a letter, not a photo.")
    fits(page)
    upload_and_watch(page, [*photos[:7], letter])
    reload_the_batch(page)
    find_in_the_history(page)
    look_at_one(page)
    read_it_in_chinese(page)
    sign_out(page)


def upload_and_watch(page: Page, files: list[Path]) -> None:
    page.get_by_label("Choose photos").set_input_files(files)
    expect(page.locator(".card")).to_have_count(len(files))
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    expect(page.locator('.card[data-state="done"]')).to_have_count(len(files) - 1)
    refused = page.locator('.card[data-state="refused"]')
    expect(refused).to_contain_text("This file is not a photo. Upload a JPEG")
    expect(page.locator(".counts")).to_have_text(
        re.compile(r"Uploaded\s+7 / 7\s+Recognised\s+7\s+Refused\s+1")
    )
    assert "/batches/" in page.url
    fits(page)


def reload_the_batch(page: Page) -> None:
    page.reload()
    expect(page.locator('.card[data-state="done"]')).to_have_count(7)
    expect(page.locator('.card[data-state="refused"]')).to_have_count(1)


def find_in_the_history(page: Page) -> None:
    page.get_by_role("link", name="History").click()
    expect(page.locator(".card")).to_have_count(7)
    fits(page)
    page.locator(".chips").get_by_text("Animal").click()
    expect(page.locator('.card:not([data-kind="animal"])')).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/history/\?kind=animal$"))
    page.locator("#label").select_option("dog")
    expect(page).to_have_url(re.compile(r"/history/\?kind=animal&label=dog$"))
    page.get_by_label("Search in names").fill("no such photo")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    # Pressed slowly: nothing may replace the link meanwhile.
    page.get_by_role("link", name="Clear the filters").click(delay=600)
    expect(page.locator(".card")).to_have_count(7)


def look_at_one(page: Page) -> None:
    title = page.locator(".card-title a").nth(3)
    name = title.inner_text()
    title.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator(".top li")).to_have_count(5)
    picture = page.locator(".photo-picture img")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    fits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the original").click()
    assert download.value.suggested_filename.startswith("imagenet_")


def read_it_in_chinese(page: Page) -> None:
    address = page.url
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("link", name="下载原件")).to_be_visible()
    assert page.url == address
    fits(page)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Download the original")).to_be_visible()


def sign_out(page: Page) -> None:
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    fits(page)
    page.goto("/history/")
    expect(page).to_have_url(re.compile("/sign-in/"))


def fits(page: Page) -> None:
    """Nothing makes the page wider than the screen."""
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1], page.url
