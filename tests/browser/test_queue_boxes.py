"""Which part of a photo the label is about, in the review queue: picked, drawn, or the whole."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import PHONE
from tests.support.instance import Instance
from tests.support.reviewers import Reviewer, upload
from tests.support.street import RIGHT, find_dog_and_car, said_of

TOUCH = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
DRAWN = [0.2, 0.3, 0.6, 0.9]
_TAPPED_MS = 5000


@pytest.fixture
def open_queue(photos: list[Path], instance: Instance) -> Callable[[Reviewer], Reviewer]:
    def open_queue(reviewer: Reviewer) -> Reviewer:
        upload(reviewer.api, photos[:3])
        find_dog_and_car(instance, [photo.name for photo in photos[:3]])
        reviewer.open("?order=newest")
        reviewer.look()
        return reviewer

    return open_queue


@pytest.fixture
def at_queue(open_queue: Callable[[Reviewer], Reviewer], reviewer: Reviewer) -> Reviewer:
    return open_queue(reviewer)


def frame(reviewer: Reviewer, name: str) -> Locator:
    return reviewer.shown.locator(".frames").get_by_role("button", name=name)


def tool(reviewer: Reviewer, name: str) -> Locator:
    return reviewer.shown.get_by_role("button", name=name, exact=True)


def point(reviewer: Reviewer, x: float, y: float) -> tuple[float, float]:
    """Where this part of the picture is on the screen."""
    layer = reviewer.shown.locator(".frames").bounding_box()
    return layer["x"] + x * layer["width"], layer["y"] + y * layer["height"]


def drag(reviewer: Reviewer, *way: tuple[float, float]) -> None:
    mouse = reviewer.page.mouse
    mouse.move(*point(reviewer, *way[0]))
    mouse.down()
    for step in way[1:]:
        mouse.move(*point(reviewer, *step), steps=4)
    mouse.up()


def drag_by_finger(
    reviewer: Reviewer, start: tuple[float, float], end: tuple[float, float]
) -> None:
    session = reviewer.page.context.new_cdp_session(reviewer.page)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    for kind, at in (("touchStart", start), ("touchMove", middle), ("touchMove", end)):
        x, y = point(reviewer, *at)
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def confirm_by_finger(reviewer: Reviewer) -> str:
    """For a while after a drag Chromium takes a tap for the end of the movement."""
    photo = reviewer.photo
    for _ in range(5):
        reviewer.offered.locator("[data-confirm]").tap()
        with contextlib.suppress(AssertionError):
            expect(reviewer.shown).not_to_have_attribute("data-photo", photo, timeout=_TAPPED_MS)
            break
    assert reviewer.photo != photo
    return photo


def drawn_box(reviewer: Reviewer) -> list[float]:
    return json.loads(reviewer.shown.locator(".drawn").get_attribute("data-box"))


def about(instance: Instance, reviewer: Reviewer, photo: str) -> list[float] | None:
    reviewer.wait_until_sent()
    box = said_of(instance, photo)[0]
    return None if box == "None" else json.loads(box)


def is_near(box: list[float] | None, wanted: list[float]) -> bool:
    return box is not None and all(abs(a - b) < 0.02 for a, b in zip(box, wanted, strict=True))


def test_another_subject_is_picked_by_click_and_by_key(
    at_queue: Reviewer, instance: Instance
) -> None:
    expect(frame(at_queue, "Dog 80 %")).to_have_attribute("aria-pressed", "true")
    frame(at_queue, "Car 70 %").click()
    expect(frame(at_queue, "Dog 80 %")).to_have_attribute("aria-pressed", "false")
    expect(at_queue.offered).to_contain_text("Confirm “Car”")
    by_click = at_queue.confirm()
    assert at_queue.decided[by_click] == "car"
    at_queue.press("b")
    expect(frame(at_queue, "Car 70 %")).to_have_attribute("aria-pressed", "true")
    by_key = at_queue.pick(1)
    as_it_was = at_queue.neither()
    assert about(instance, at_queue, by_click) == RIGHT
    assert about(instance, at_queue, by_key) == RIGHT
    assert about(instance, at_queue, as_it_was) is None


def test_a_box_is_drawn_adjusted_and_taken_away_with_the_mouse(
    at_queue: Reviewer, instance: Instance
) -> None:
    at_queue.press("d")
    drag(at_queue, (0.2, 0.3), (0.5, 0.5))
    assert is_near(drawn_box(at_queue), [0.2, 0.3, 0.5, 0.5])
    drag(at_queue, (0.5, 0.5), (0.6, 0.9))
    assert is_near(drawn_box(at_queue), DRAWN)
    at_queue.press("Escape")
    expect(at_queue.shown.locator(".drawn")).to_have_count(0)
    tool(at_queue, "Draw a box").click()
    drag(at_queue, (0.6, 0.9), (0.2, 0.3))
    photo = at_queue.confirm()
    assert is_near(about(instance, at_queue, photo), DRAWN)


def test_a_box_is_drawn_with_the_keyboard(at_queue: Reviewer, instance: Instance) -> None:
    photo = at_queue.photo
    at_queue.press("d", "ArrowDown", "ArrowRight", "ArrowRight", "Shift+ArrowDown")
    assert drawn_box(at_queue) == [0.27, 0.25, 0.77, 0.76]
    assert at_queue.photo == photo
    at_queue.confirm()
    assert about(instance, at_queue, photo) == [0.27, 0.25, 0.77, 0.76]


def test_a_finger_draws_a_box_on_a_phone(
    open_queue: Callable[[Reviewer], Reviewer],
    new_reviewer: Callable[..., Reviewer],
    instance: Instance,
) -> None:
    reviewer = open_queue(new_reviewer(**TOUCH))
    tool(reviewer, "Draw a box").tap()
    drag_by_finger(reviewer, (0.2, 0.3), (0.6, 0.9))
    assert is_near(drawn_box(reviewer), DRAWN)
    assert is_near(about(instance, reviewer, confirm_by_finger(reviewer)), DRAWN)
    frame(reviewer, "Car 70 %").tap()
    expect(reviewer.offered).to_contain_text("Confirm “Car”")
    width = reviewer.page.evaluate("document.documentElement.scrollWidth")
    assert width == PHONE["width"]


def test_a_label_may_be_about_the_whole_picture_and_be_undone(
    at_queue: Reviewer, instance: Instance
) -> None:
    at_queue.press("w")
    expect(tool(at_queue, "The whole picture")).to_have_attribute("aria-pressed", "true")
    photo = at_queue.confirm()
    assert about(instance, at_queue, photo) == [0, 0, 1, 1]


def test_what_a_decision_is_about_waits_for_the_connection_with_it(
    at_queue: Reviewer, instance: Instance
) -> None:
    at_queue.look(ahead=1)
    at_queue.page.context.set_offline(True)
    at_queue.press("b")
    photo = at_queue.confirm()
    expect(at_queue.page.get_by_text("Decisions that wait for the connection: 1")).to_be_visible()
    at_queue.page.context.set_offline(False)
    assert about(instance, at_queue, photo) == RIGHT


def test_a_second_subject_gets_a_label_of_its_own(at_queue: Reviewer, instance: Instance) -> None:
    photo = at_queue.photo
    at_queue.press("b", "a")
    at_queue.page.keyboard.type("truck")
    at_queue.expect_found("truck")
    at_queue.press("Enter")
    expect(frame(at_queue, "Truck ✓")).to_be_visible()
    expect(frame(at_queue, "Dog 80 %")).to_have_attribute("aria-pressed", "true")
    at_queue.wait_until_sent()
    assert said_of(instance, photo) == ["None", f"truck {RIGHT}"]
    assert at_queue.photo == photo
    at_queue.press("u")
    expect(frame(at_queue, "Car 70 %")).to_be_visible()
    at_queue.wait_until_sent()
    assert said_of(instance, photo) == ["None"]


def test_the_picture_is_enlarged_and_moved(at_queue: Reviewer) -> None:
    layer, window = at_queue.shown.locator(".frames"), at_queue.shown.locator("[data-window]")
    before = layer.bounding_box()
    at_queue.press("+", "+")
    larger = layer.bounding_box()
    assert larger["width"] > 2 * before["width"]
    at_queue.press("Shift+ArrowRight")
    assert layer.bounding_box()["x"] < larger["x"]
    moved = layer.bounding_box()
    drag(at_queue, (0.4, 0.5), (0.45, 0.5))
    assert layer.bounding_box()["x"] > moved["x"]
    expect(frame(at_queue, "Dog 80 %")).to_have_attribute("aria-pressed", "true")
    window.dblclick(position={"x": 5, "y": 5})
    assert layer.bounding_box() == before
    window.hover()
    at_queue.page.mouse.wheel(0, -300)
    assert layer.bounding_box()["width"] > before["width"]
    at_queue.press("0")
    assert layer.bounding_box() == before


def test_two_fingers_enlarge_the_picture(
    open_queue: Callable[[Reviewer], Reviewer], new_reviewer: Callable[..., Reviewer]
) -> None:
    reviewer = open_queue(new_reviewer(**TOUCH))
    before = reviewer.shown.locator(".frames").bounding_box()["width"]
    session = reviewer.page.context.new_cdp_session(reviewer.page)
    x, y = point(reviewer, 0.5, 0.5)
    for kind, gap in (("touchStart", 20), ("touchMove", 40), ("touchMove", 80), ("touchEnd", 0)):
        touches = [{"x": x - gap, "y": y, "id": 0}, {"x": x + gap, "y": y, "id": 1}]
        points = touches if gap else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert reviewer.shown.locator(".frames").bounding_box()["width"] > 2 * before


def test_the_queue_says_what_a_label_is_about_in_chinese(
    new_reviewer: Callable[..., Reviewer], open_queue: Callable[[Reviewer], Reviewer]
) -> None:
    reviewer = open_queue(new_reviewer())
    reviewer.page.context.set_extra_http_headers({"Accept-Language": "zh-hans"})
    reviewer.open("?order=newest")
    expect(frame(reviewer, "狗 80 %")).to_have_attribute("aria-pressed", "true")
    frame(reviewer, "汽车 70 %").click()
    expect(reviewer.offered).to_contain_text("汽车")
