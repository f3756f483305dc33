"""Many at once: the wrong ones are taken out, by mouse or keyboard, and the rest confirmed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import let_in
from tests.support.instance import Api, Instance, wait_until

_NUMBERS = count()


class Grid:
    """A reviewer before the grid of their own photos."""

    def __init__(self, page: Page, api: Api, batch: str) -> None:
        self.page = page
        self.api = api
        self.batch = batch
        self.page.goto(f"/admin/review/grid/?batch={batch}")

    @property
    def boxes(self) -> Locator:
        return self.page.locator("[name=keep]")

    @property
    def kept(self) -> list[bool]:
        return [box.is_checked() for box in self.boxes.all()]

    def click(self, number: int, *modifiers: str) -> None:
        self.page.locator(".review-thumb").nth(number).click(modifiers=modifiers)

    def confirm(self, photos: int) -> None:
        self.page.get_by_role("button", name=f"Confirm {photos}").click()
        expect(self.page.get_by_text(f"{photos} photos were decided as one.")).to_be_visible()

    def labels(self) -> list[str]:
        photos = self.api.get("photos/", batch=self.batch)["results"]
        return [photo["label"] for photo in photos if photo["label"]]


@pytest.fixture
def grid(open_page: Callable[..., Page], instance: Instance, photos: list[Path]) -> Grid:
    """Of eight photos that wait."""
    name = f"griddler{next(_NUMBERS)}"
    api = instance.api(instance.token_of(name, "Reviewer"))
    batch = api.upload_many([(photo.name, photo.read_bytes()) for photo in photos[:8]])["batch"]
    wait_until(lambda: len(api.get("photos/", batch=batch, state="done")["results"]) == 8)
    grid = Grid(let_in(open_page(), name), api, batch)
    expect(grid.boxes).to_have_count(8)
    return grid


def test_a_click_takes_out_and_brings_back(grid: Grid) -> None:
    grid.click(1)
    grid.click(2)
    grid.click(2)
    assert grid.kept == [True, False, True, True, True, True, True, True]
    expect(grid.page.locator("[data-wrong]")).to_have_text("1")


def test_the_keyboard_takes_out_what_it_stands_on(grid: Grid) -> None:
    grid.boxes.first.focus()
    for key in ("ArrowRight", "Space", "ArrowRight", "ArrowRight", "ArrowLeft", "Space"):
        grid.page.keyboard.press(key)
    assert grid.kept == [True, False, False, True, True, True, True, True]


def test_shift_takes_out_a_range(grid: Grid) -> None:
    grid.click(2)
    grid.click(5, "Shift")
    assert grid.kept == [True, True, False, False, False, False, True, True]


def test_the_rest_is_confirmed_and_undone_as_one(grid: Grid) -> None:
    grid.click(0)
    grid.click(3)
    grid.confirm(6)
    assert len(grid.labels()) == 6
    grid.page.get_by_role("button", name="Undo").click()
    expect(grid.page.get_by_text("6 photos went back.")).to_be_visible()
    expect(grid.boxes).to_have_count(8)
    assert grid.labels() == []


def test_those_taken_out_get_another_label(grid: Grid) -> None:
    grid.click(0)
    grid.click(1)
    grid.page.get_by_label("Another label for those taken out").fill("公共汽车")
    grid.page.get_by_role("button", name="Give it to 2").click()
    expect(grid.page.get_by_text("2 photos were decided as one.")).to_be_visible()
    assert grid.labels() == ["bus", "bus"]


def test_keys_label_one_photo_and_take_that_back(grid: Grid) -> None:
    for key in ("ArrowRight", "ArrowRight", "Enter", "ArrowRight", "1"):
        grid.page.keyboard.press(key)
    expect(grid.page.locator(".is-decided")).to_have_count(1)
    expect(grid.page.locator("[data-kept]")).to_have_text("6")
    assert len(grid.labels()) == 1
    grid.page.keyboard.press("u")
    expect(grid.page.locator(".is-decided")).to_have_count(0)
    assert grid.labels() == []
    grid.page.keyboard.press("1")
    expect(grid.page.locator(".is-decided")).to_have_count(1)
    grid.page.keyboard.press("?")
    expect(grid.page.get_by_role("dialog", name="Keys")).to_be_visible()
    grid.page.keyboard.press("Escape")
    grid.page.keyboard.press("c")  # the rest, without the one that was taken out
    expect(grid.page.get_by_text("6 photos were decided as one.")).to_be_visible()
    assert len(grid.labels()) == 7
