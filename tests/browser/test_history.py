"""History in a browser: many photos are chosen, and the list is as one left it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect


@pytest.fixture
def listed(page: Page, photos: list[Path]) -> Page:
    """Somebody at the list of their photos, by name."""
    page.get_by_label("Choose photos").set_input_files(photos[:4])
    expect(page.locator('.card[data-state="done"]')).to_have_count(4)
    page.goto("/history/?sort=name")
    return page


def test_the_list_is_as_one_left_it(listed: Page) -> None:
    listed.set_viewport_size({"width": 390, "height": 500})
    third = listed.locator(".card-title a").nth(2)
    third.click()
    listed.wait_for_url("**/photos/**")
    listed.keyboard.press("ArrowRight")
    expect(listed.locator('[rel="next"]')).to_have_count(0)  # the fourth is the last
    last = listed.url.split("/")[-2].replace("-", "")
    listed.get_by_role("link", name="History").last.click()
    listed.wait_for_url("**/history/?sort=name")
    card = listed.locator(f'[data-photo="{last}"]')
    expect(card.locator("a")).to_be_focused()
    expect(card).to_be_in_viewport()
    listed.go_back()
    listed.wait_for_url("**/photos/**")


def test_the_picture_is_enlarged_and_moved_by_keys(listed: Page) -> None:
    listed.locator(".card-title a").first.click()
    frame = listed.locator("[data-window]")
    whole = listed.get_by_role("button", name="The whole picture")
    expect(whole).to_be_disabled()
    address = listed.url
    listed.keyboard.press("+")
    listed.keyboard.press("ArrowRight")  # moves the picture, and leads to no other
    expect(whole).to_be_enabled()
    left = frame.evaluate("frame => frame.querySelector('[data-sheet]').offsetLeft")
    size = frame.evaluate("frame => [frame.scrollWidth, frame.clientWidth]")
    assert left < 0 or size[0] > size[1]
    listed.keyboard.press("0")
    expect(whole).to_be_disabled()
    assert listed.url == address


def test_many_are_chosen_deleted_and_brought_back(listed: Page) -> None:
    boxes = listed.locator(".card-choose input")
    bar = listed.locator("[data-chosen]")
    expect(bar).to_be_hidden()
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 photos chosen")
    listed.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    boxes.nth(1).focus()
    listed.keyboard.press("Space")
    expect(bar).to_contain_text("1 photo chosen")
    listed.get_by_label("Choose all on this page").check()
    expect(bar).to_contain_text("4 photos chosen")
    boxes.nth(3).uncheck()
    with listed.expect_download() as download:
        bar.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "ark-photos.zip"
    bar.get_by_role("button", name="Delete").click()
    expect(listed.locator(".card")).to_have_count(1)
    assert listed.url.endswith("/history/?sort=name")
    listed.get_by_role("button", name="Undo").click()
    expect(listed.locator(".card")).to_have_count(4)


def test_a_filter_chosen_before_the_scripts_are_there_is_applied(listed: Page) -> None:
    held: list[Route] = []
    scripts = "**/history/early*.js"
    listed.route(scripts, lambda route: held.append(route))
    with listed.expect_request(scripts):
        listed.goto("/history/", wait_until="commit")
    listed.locator(".chips").get_by_text("Animal").click()
    for route in held:
        route.continue_()
    expect(listed).to_have_url(re.compile("kind=animal"))
    expect(listed.locator('.card:not([data-kind="animal"])')).to_have_count(0)
