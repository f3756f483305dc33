"""Why this answer, worked out by a real network: with mouse and keyboard, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_story import fits
from tests.support import axe
from tests.support.instance import Instance
from tests.support.reviewers import Reviewer, upload

SCREENS = {
    "desktop": {"viewport": DESKTOP},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
}
# What the explainer does when it is woken; but this process yields to no other test.
_WORK_OUT = "from recognition.explanations import whys; whys.work_on_asked()"


@pytest.mark.parametrize("screen", SCREENS)
def test_a_map_for_each_label_and_whether_it_tells_the_truth(
    screen: str,
    new_reviewer: Callable[..., Reviewer],
    photos: list[Path],
    instance: Instance,
    complaints: list[str],
) -> None:
    viewer = new_reviewer(**SCREENS[screen])
    page = viewer.page
    has_axe = axe.watch(page)
    upload(viewer.api, photos[:1])
    if screen == "phone":
        page.goto("/")
        page.get_by_role("button", name="中文").click()
        page.get_by_role("button", name="English").wait_for()
    newest = viewer.api.get("photos/")["results"][0]["id"]
    page.goto(f"/photos/{newest}/")
    page.locator(".answer-links a").first.click()
    page.locator(".why-waits").wait_for()
    instance.manage("shell", "-c", _WORK_OUT)
    heat = page.locator("[data-heat]")
    heat.wait_for()
    page.locator(".why-table").wait_for()  # the check follows by itself
    assert is_drawn(page)
    fits(page)
    assert heat.evaluate("image => image.style.opacity") == "0.75"
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("Home")
    assert heat.evaluate("image => image.style.opacity") == "0"
    second = page.locator(".why-choice").last.locator("a").nth(1)
    name = second.inner_text()
    second.focus()
    page.keyboard.press("Enter")
    chosen = page.locator(".why-choice").last.locator("[aria-current]")
    expect(chosen).to_have_text(name)
    expect(chosen).to_be_focused()
    assert page.locator("[data-heat]").evaluate("image => image.style.opacity") == "0"
    assert name in page.locator("[data-heat]").get_attribute("alt")
    page.reload()  # what was chosen stands in the address
    expect(page.locator(".why-choice").last.locator("[aria-current]")).to_have_text(name)
    assert complaints == []
    if has_axe:
        page.evaluate("scrollTo(0, 0)")
        assert [fault for look in ("light", "dark") for fault in axe.violations(page, look)] == []
        complaints.clear()  # the policy forbids styles that axe-core tries


def test_from_the_queue_it_opens_beside_it(reviewer: Reviewer, photos: list[Path]) -> None:
    upload(reviewer.api, photos[:2])
    reviewer.open("?order=newest")
    photo = reviewer.photo
    with reviewer.page.expect_popup() as opened:
        reviewer.press("y")
    expect(opened.value).to_have_url(f"{opened.value.url.split('/photos')[0]}/photos/{photo}/why/")
    assert reviewer.photo == photo


def is_drawn(page: Page) -> bool:
    """Whether the map lies just over the photo."""
    photo, heat = (image.bounding_box() for image in page.locator(".why-sheet img").all())
    page.wait_for_function("() => document.querySelector('[data-heat]').naturalWidth > 0")
    return all(abs(photo[edge] - heat[edge]) < 2 for edge in ("x", "y", "width", "height"))
