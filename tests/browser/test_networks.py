"""The museum of networks, with mouse and touch, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_photo_frames import SCREENS
from tests.browser.test_story import fits

_SMALLEST = """() => {
  const drawings = [...document.querySelectorAll(".plan")];
  const heights = drawings.flatMap((drawing) => {
    const scale = drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width;
    return [...drawing.querySelectorAll("text")].map((text) =>
      scale * parseFloat(getComputedStyle(text).fontSize));
  });
  return Math.min(...heights);
}"""
_BEYOND_THEIR_BOX = """() => [...document.querySelectorAll(".plan rect")].flatMap((box) => {
  const { left, right } = box.getBoundingClientRect();
  const texts = [];
  for (let next = box.nextElementSibling; next?.tagName === "text"; next = next.nextElementSibling)
    texts.push(next);
  return texts.filter((text) => {
    const { left: from, right: to } = text.getBoundingClientRect();
    return from < left - 1 || to > right + 1;
  }).map((text) => text.textContent);
})"""


@pytest.fixture(params=SCREENS)
def museum(request: pytest.FixtureRequest, open_page: Callable[..., Page]) -> Page:
    page = open_page(**SCREENS[request.param])
    page.goto("/networks/")
    return page


def test_from_all_networks_to_the_drawing_and_the_layers_of_one(museum: Page) -> None:
    museum.get_by_role("link", name="GoogLeNet").last.click()
    drawing = museum.get_by_role("img", name="Inception module, drawn from top to bottom")
    expect(drawing).to_be_visible()
    expect(drawing.locator("text", has_text="Concatenation")).to_be_visible()
    museum.locator("summary", has_text="inception3a").click()
    expect(museum.get_by_role("cell", name="branch2.0.conv")).to_be_visible()
    fits(museum)
    museum.get_by_role("link", name="Inception v3 →").click()
    expect(museum.get_by_role("heading", level=1)).to_have_text("Inception v3")


@pytest.mark.parametrize("name", ["inception_v3", "fpn_resnet18"])
def test_words_of_a_drawing_can_be_read_and_stay_in_their_boxes(name: str, museum: Page) -> None:
    museum.goto(f"/networks/{name}/")
    for _language in range(2):
        assert museum.evaluate(_SMALLEST) > 9
        assert museum.evaluate(_BEYOND_THEIR_BOX) == []
        fits(museum)
        button = museum.get_by_role("button", name="中文")
        if button.count():
            button.click()
            expect(museum.locator("html")).to_have_attribute("lang", "zh-hans")
