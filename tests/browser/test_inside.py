"""A photo's walk through a network, as people see it: it comes by itself, channels open in place,
another network can be chosen, and all of it works without a script too."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, let_in
from tests.browser.test_story import fits
from tests.support.instance import Instance, wait_until

_WORK = "from recognition.explanations import walks; walks.work_on_asked()"


@pytest.fixture(scope="module")
def owner(instance: Instance, next_person: Callable[[], str]) -> str:
    return next_person()


@pytest.fixture(scope="module")
def photo_id(instance: Instance, owner: str, photos: list[Path]) -> str:
    api = instance.api(instance.token_of(owner))
    answer = api.upload(photos[3])
    wait_until(lambda: not api.get("photos/", state="pending")["results"])
    found: str = json.loads(answer.text)["id"]
    return found


def worked_out(instance: Instance) -> None:
    """What the explainer does, which other tests do without."""
    instance.manage("shell", "-v", "0", "-c", _WORK)


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_walk_comes_by_itself_and_channels_open_in_place(
    screen: dict[str, int],
    instance: Instance,
    owner: str,
    photo_id: str,
    open_page: Callable[..., Page],
) -> None:
    page = let_in(open_page(viewport=screen), owner)
    page.goto(f"/photos/{photo_id}/inside/")
    worked_out(instance)
    expect(page.get_by_role("heading", name="Global average pooling")).to_be_visible()
    stage = page.locator("#stage-3")
    channel = stage.get_by_role("link").nth(2)
    channel.scroll_into_view_if_needed()
    channel.click()
    number = channel.get_attribute("data-channel")
    expect(stage.get_by_role("heading", name=f"Channel {number}")).to_be_visible()
    expect(channel).to_have_attribute("aria-current", "true")
    assert f"channel={number}" in page.url
    first = page.locator("#stage-1")
    expect(first.get_by_text("That number, written out")).to_be_visible()
    fits(page)


def test_another_network_is_chosen_and_says_that_it_has_learnt_nothing(
    instance: Instance, owner: str, photo_id: str, open_page: Callable[..., Page]
) -> None:
    page = let_in(open_page(), owner)
    page.goto(f"/photos/{photo_id}/inside/")
    page.get_by_label("Network", exact=True).select_option("three_stage")
    page.get_by_role("button", name="Show").click()
    worked_out(instance)
    expect(page.get_by_text("it has learnt nothing")).to_be_visible()
    expect(page.get_by_text("64 × 7 × 7 = 3,136")).to_be_visible()


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_in_chinese_nothing_is_left_in_english(
    screen: dict[str, int],
    instance: Instance,
    owner: str,
    photo_id: str,
    open_page: Callable[..., Page],
) -> None:
    page = let_in(open_page(viewport=screen), owner)
    page.goto(f"/photos/{photo_id}/inside/")
    worked_out(instance)
    expect(page.get_by_role("heading", name="Flattening")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="网络内部")).to_be_visible()
    headings = page.get_by_role("article").get_by_role("heading").all_inner_texts()
    assert [text for text in headings if text.isascii()] == []
    fits(page)


def test_without_a_script_a_channel_is_a_link(
    instance: Instance, owner: str, photo_id: str, open_page: Callable[..., Page]
) -> None:
    with_script = let_in(open_page(), owner)
    with_script.goto(f"/photos/{photo_id}/inside/")
    worked_out(instance)
    page = open_page(java_script_enabled=False)
    page.context.add_cookies(with_script.context.cookies())
    page.goto(f"/photos/{photo_id}/inside/")
    link = page.locator("#stage-3").get_by_role("link").nth(1)
    number = link.get_attribute("data-channel")
    link.click()
    shown = page.locator("#stage-3").get_by_role("heading", name=f"Channel {number}")
    expect(shown).to_be_visible()
