"""The laboratory's third bench: each figure answers mouse, finger and keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_photo_frames import SCREENS
from tests.browser.test_story import fits


@pytest.fixture(params=SCREENS)
def lab(request: pytest.FixtureRequest, open_page: Callable[..., Page]) -> Page:
    page = open_page(**SCREENS[request.param])
    page.goto("/lab/")
    page.get_by_role("link", name="3. What it is built of").click()
    expect(said(page, "simam", "result")).to_contain_text("=")
    return page


def said(lab: Page, block: str, name: str) -> Locator:
    return lab.locator(f"[data-block={block}] [data-say={name}]")


def touch(lab: Page, place: Locator, **at: float) -> None:
    """By finger where there is a screen to touch."""
    has_touch = lab.evaluate("navigator.maxTouchPoints")
    position = {"x": at["x"], "y": at["y"]} if at else None
    place.tap(position=position) if has_touch else place.click(position=position)


def test_blocks_that_join_maps_are_worked_out_at_once(lab: Page) -> None:
    channels = said(lab, "inception", "sum")
    expect(channels).to_contain_text("64 + 128 + 32 + 32 = 256 channels of 28 × 28")
    touch(lab, lab.get_by_role("checkbox", name="3 × 3", exact=True))
    expect(channels).to_contain_text("64 + 32 + 32 = 128 channels")
    lab.get_by_label("Which module of GoogLeNet").select_option("5b")
    expect(channels).to_contain_text("384 + 128 + 128 = 640 channels of 7 × 7")
    lab.get_by_label("How much F(x) counts").press("Home")
    expect(said(lab, "residual", "place")).to_contain_text("max(0, 0.6 + 0) = 0.6")
    expect(said(lab, "residual", "deep")).to_contain_text("with the sum: 1. Without: 0")
    touch(lab, lab.locator("[data-dense] [data-row='2']"))
    expect(said(lab, "dense", "layer")).to_contain_text("Layer 2 sees 64 + 1 × 32 = 96 channels")
    lab.get_by_label("How many layers").press("ArrowRight")
    expect(said(lab, "dense", "block")).to_contain_text("64 + 7 × 32 = 288 channels")
    fits(lab)


def test_what_a_place_sees_is_shown_where_it_is_touched(lab: Page) -> None:
    lab.get_by_label("Of a second one").select_option("2")
    expect(said(lab, "dilation", "effective")).to_contain_text("3 + (3 − 1) × (2 − 1) = 5")
    expect(said(lab, "dilation", "gaps")).to_contain_text("25 of 81 cells count, 56 are gaps")
    seen = lab.locator("[data-map=seen]")
    touch(lab, seen, x=3, y=3)
    expect(seen).to_have_accessible_name("Row 1, column 1 sees 25 cells, 9 × 9 with the gaps")
    sees = lab.get_by_text("This level sees the object.").and_(lab.locator(":visible"))
    lab.get_by_label("How large the object is").press("End")
    expect(said(lab, "pyramid", "level")).to_contain_text("= ⌊5.515⌋ = 5: level 5")
    expect(lab.locator("[data-level='5']").filter(has=sees)).to_be_visible()
    weight = said(lab, "simam", "result")
    before = weight.inner_text()
    lab.locator("[data-map=given]").press("ArrowUp")
    expect(weight).not_to_have_text(before)
    lab.get_by_label("The number at the chosen place").press("End")
    expect(weight).to_contain_text("8 × 0.9")
    lab.get_by_role("button", name="中文").click()
    expect(lab.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(weight).to_contain_text("=")
    fits(lab)
