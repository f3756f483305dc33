"""Frames on the photo's page, with mouse, keyboard and touch, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_story import fits
from tests.support.instance import Instance
from tests.support.reviewers import Reviewer, upload
from tests.support.street import LEFT, RIGHT, find_dog_and_car, said_of

SCREENS = {
    "desktop": {"viewport": DESKTOP},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
}


@pytest.fixture(params=SCREENS)
def viewer(
    request: pytest.FixtureRequest,
    new_reviewer: Callable[..., Reviewer],
    photos: list[Path],
    instance: Instance,
) -> Reviewer:
    """Somebody on the page of a photo with a dog and a car."""
    viewer = new_reviewer(**SCREENS[request.param])
    upload(viewer.api, photos[:1])
    find_dog_and_car(instance, [photos[0].name])
    viewer.page.goto(f"/photos/{newest(viewer)}/")
    return viewer


def newest(viewer: Reviewer) -> str:
    return viewer.api.get("photos/")["results"][0]["id"]


def frame(page: Page, name: str) -> Locator:
    return page.locator(".frames").get_by_role("button", name=name)


def lies_at(page: Page, element: Locator, box: list[float]) -> bool:
    """Whether it covers just this part of the picture."""
    image = page.locator(".photo-picture img")
    room, there = image.bounding_box(), element.bounding_box()
    width, height = image.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    scale = min(room["width"] / width, room["height"] / height)
    width, height = width * scale, height * scale
    left = room["x"] + (room["width"] - width) / 2 + box[0] * width
    top = room["y"] + (room["height"] - height) / 2 + box[1] * height
    wanted = (left, top, (box[2] - box[0]) * width, (box[3] - box[1]) * height)
    found = (there["x"], there["y"], there["width"], there["height"])
    return all(abs(a - b) < 2 for a, b in zip(wanted, found, strict=True))


def test_frames_lie_where_the_subjects_are(viewer: Reviewer) -> None:
    page = viewer.page
    expect(page.locator(".contents")).to_have_text("1 dog, 1 car")
    assert lies_at(page, frame(page, "Dog 80 %"), LEFT)
    assert lies_at(page, frame(page, "Car 70 %"), RIGHT)
    fits(page)


def test_a_frame_tells_what_it_holds_by_tap_or_click(viewer: Reviewer) -> None:
    page, car = viewer.page, frame(viewer.page, "Car 70 %")
    card = page.locator("#frame-2")
    expect(card).to_be_hidden()
    car.tap() if page.evaluate("navigator.maxTouchPoints") else car.click()
    expect(card).to_be_visible()
    expect(card.locator(".top li")).to_have_count(1)
    fits(page)
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_a_frame_tells_what_it_holds_to_the_keyboard(
    reviewer: Reviewer, photos: list[Path], instance: Instance
) -> None:
    upload(reviewer.api, photos[1:2])
    find_dog_and_car(instance, [photos[1].name])
    page = reviewer.page
    page.goto(f"/photos/{newest(reviewer)}/")
    frame(page, "Dog 80 %").focus()
    expect(page.locator("#frame-1")).to_be_visible()
    page.keyboard.press("Tab")
    expect(frame(page, "Car 70 %")).to_be_focused()
    expect(page.locator("#frame-1")).to_be_hidden()
    expect(page.locator("#frame-2")).to_be_visible()
    page.mouse.move(5, 5)
    frame(page, "Dog 80 %").hover()
    expect(page.locator("#frame-1")).to_be_visible()
    expect(page.locator(".parts .is-pointed-at")).to_contain_text("Dog")
    page.get_by_role("button", name="中文").click()
    expect(frame(page, "狗 80 %")).to_be_visible()
    fits(page)


def test_a_reviewer_labels_a_part_on_the_photos_page(viewer: Reviewer, instance: Instance) -> None:
    page = viewer.page
    photo = newest(viewer)
    page.locator(".parts summary").nth(1).click()
    page.get_by_label("A label of its own").fill("truck")
    page.locator(".part-more").get_by_role("button", name="Set it").click()
    expect(page.get_by_text("That part is now labelled Truck.")).to_be_visible()
    expect(frame(page, "Truck ✓")).to_be_visible()
    assert said_of(instance, photo) == ["None", f"truck {RIGHT}"]
