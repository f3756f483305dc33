"""The map of the photos: drawn, looked at, and worked with by mouse, by keyboard and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, let_in
from tests.support import axe
from tests.support.instance import Api, Instance, wait_until
from tests.support.page_faults import accessibility_faults, layout_faults

_NUMBERS = count()
_MAP = "/admin/review/map/"
# Sees nothing of what other tests have uploaded, nor does the map hold it. The analyst would draw
# one too, but it may not have its turn for minutes on a machine that runs tests.
_REVIEWER_WITH_A_MAP = """
from django.contrib.auth.models import Permission, User
person = User.objects.get(username={name!r})
person.is_staff = True
person.save()
person.user_permissions.add(Permission.objects.get(codename="review"))
from recognition.analysis.photo_map import drawing, map_state
from recognition.models import Photo
map_state.ask(person)
drawing._newest = lambda versions: Photo.objects.filter(owner=person).values_list("id", flat=True)
drawing.draw_if_asked()
"""
_COUNT = 6


class Mapper:
    """Somebody before a map of six photos of their own."""

    def __init__(self, page: Page, api: Api) -> None:
        self.page = page
        self.api = api
        self.chosen = page.locator("[data-chosen-part]")
        page.goto(_MAP)
        page.locator("[data-map][data-ready]").wait_for()

    def draw_around(self, tool: str) -> None:
        """Around all points."""
        self.page.get_by_role("radio", name=tool).check()
        box = self.board()
        left, top = box["x"] + 3, box["y"] + 3
        right, bottom = left + box["width"] - 6, top + box["height"] - 6
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        if tool == "Rectangle":
            corners = [corners[0], corners[2]]
        self.page.mouse.move(*corners[0])
        self.page.mouse.down()
        for corner in corners[1:]:
            self.page.mouse.move(*corner, steps=4)
        self.page.mouse.up()

    def board(self) -> dict[str, float]:
        """Where the map is, wholly in view."""
        root = self.page.locator("[data-root]")
        root.evaluate("root => root.scrollIntoView({ block: 'center' })")
        return root.bounding_box()

    def labels(self) -> set[str | None]:
        return {photo["label"] for photo in self.api.get("photos/")["results"]}


@pytest.fixture
def mapper_on(
    open_page: Callable[..., Page], instance: Instance, photos: list[Path]
) -> Callable[..., Mapper]:
    def mapper_on(viewport: dict[str, int]) -> Mapper:
        name = f"mapper{next(_NUMBERS)}"
        api = instance.api(instance.token_of(name))
        api.upload_many([(photo.name, photo.read_bytes()) for photo in photos[:_COUNT]])
        wait_until(lambda: len(api.get("photos/", state="done")["results"]) == _COUNT)
        instance.manage("shell", "-c", _REVIEWER_WITH_A_MAP.format(name=name))
        return Mapper(let_in(open_page(viewport=viewport), name), api)

    return mapper_on


def test_what_a_rectangle_holds_gets_a_label_which_is_taken_back(
    mapper_on: Callable[..., Mapper],
) -> None:
    mapper = mapper_on(DESKTOP)
    page, chosen = mapper.page, mapper.chosen
    mapper.draw_around("Rectangle")
    expect(chosen.get_by_role("heading", name="6 photos are chosen")).to_be_visible()
    chosen.get_by_label("Give them the label").fill("car")
    chosen.get_by_role("button", name="Give it").click()
    expect(chosen.get_by_text("6 photos were decided as one.")).to_be_visible()
    assert mapper.labels() == {"car"}
    rows = page.locator("[data-rows] li")
    expect(rows).to_have_count(1)  # they are all cars now
    rows.get_by_role("button", name="Choose Car").focus()
    page.keyboard.press("Enter")
    expect(chosen.get_by_role("heading", name="6 photos are chosen")).to_be_visible()
    page.locator("[data-frame]").focus()
    page.keyboard.press("Escape")
    expect(chosen.get_by_role("heading")).to_have_count(0)
    has_axe = axe.watch(page)
    page.reload()
    page.locator("[data-map][data-ready]").wait_for()
    mapper.draw_around("Lasso")
    expect(chosen.get_by_role("heading", name="6 photos are chosen")).to_be_visible()
    assert layout_faults(page) == []
    assert accessibility_faults(page, page.context.new_cdp_session(page)) == []
    for theme in ("light", "dark") if has_axe else ():
        assert axe.violations(page, theme) == []
    axe.skip_if_missing(has_axe)


def test_on_a_phone_a_lasso_puts_photos_before_somebody(mapper_on: Callable[..., Mapper]) -> None:
    mapper = mapper_on(PHONE)
    page, chosen = mapper.page, mapper.chosen
    mapper.draw_around("Lasso")
    expect(chosen.get_by_role("heading", name="6 photos are chosen")).to_be_visible()
    assert layout_faults(page) == []
    chosen.get_by_role("button", name="Have each looked at").click()
    expect(chosen.get_by_text("6 photos wait to be looked at.")).to_be_visible()
    chosen.get_by_role("link", name="Look at them").click()
    expect(page.locator(".queue-photo:not([hidden])")).to_be_visible()


def test_the_photo_under_the_mouse_is_shown(mapper_on: Callable[..., Mapper]) -> None:
    mapper = mapper_on(DESKTOP)
    page = mapper.page
    at = page.evaluate("document.querySelector('[data-frame]').drawing.pixels(0)")
    box = mapper.board()
    page.mouse.move(box["x"] + at[0] + 2, box["y"] + at[1] + 2)
    card = page.locator("[data-card]")
    expect(card.get_by_text("Not labelled yet")).to_be_visible()
    page.mouse.down()
    page.mouse.up()
    expect(card).to_have_class("map-card is-held")
    page.mouse.move(box["x"] + 3, box["y"] + 3)
    expect(card.get_by_role("link")).to_be_visible()
