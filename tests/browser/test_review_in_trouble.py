"""The review queue in a browser that stores nothing, shows nothing yet, or is open twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import signed_in
from tests.support.instance import Instance, wait_until
from tests.support.reviewers import Reviewer, labels, run, upload

_STORAGE = {
    "full": """
        const { setItem } = Storage.prototype;
        Storage.prototype.setItem = function (key, text) {
            if (key.startsWith("ark-")) throw new DOMException("full", "QuotaExceededError");
            setItem.call(this, key, text);
        };
    """,
    "forbidden": """
        Object.defineProperty(window, "localStorage", {
            get() { throw new DOMException("forbidden", "SecurityError") },
        })
    """,
}


def test_no_key_decides_about_a_picture_that_is_not_there_yet(
    reviewer: Reviewer, photos: list[Path]
) -> None:
    upload(reviewer.api, photos[:3])
    reviewer.page.route("**/preview.jpg", lambda route: None)  # never answers
    reviewer.open("?order=newest")
    photo = reviewer.photo
    reviewer.press("Enter", "1", "n")
    expect(reviewer.page.locator("[data-status]")).to_have_text("The photo is not here yet")
    assert reviewer.photo == photo
    reviewer.page.unroute("**/preview.jpg")
    reviewer.open("?order=newest")
    reviewer.confirm()
    reviewer.wait_until_sent()
    assert labels(reviewer) == reviewer.decided


def test_a_picture_that_did_not_arrive_is_asked_for_again(
    reviewer: Reviewer, photos: list[Path], complaints: list[str]
) -> None:
    upload(reviewer.api, photos[:3])
    reviewer.page.route("**/preview.jpg", lambda route: route.fulfill(status=503), times=1)
    reviewer.open("?order=newest")
    reviewer.confirm()
    reviewer.wait_until_sent()
    assert labels(reviewer) == reviewer.decided
    assert "503" in complaints.pop()


def test_a_key_that_is_held_down_decides_once(reviewer: Reviewer, photos: list[Path]) -> None:
    upload(reviewer.api, photos[:5])
    reviewer.open("?order=newest")
    reviewer.look()
    photo = reviewer.photo
    for _ in range(5):
        reviewer.page.keyboard.down("Enter")  # from the second one on it says that it is repeated
    reviewer.page.keyboard.up("Enter")
    left = reviewer.photo
    assert left != photo
    reviewer.wait_until_sent()
    assert reviewer.api.get(f"photos/{photo}/")["label"]
    assert reviewer.api.get(f"photos/{left}/")["label"] is None


@pytest.mark.parametrize("storage", ["full", "forbidden"])
def test_decisions_arrive_although_the_browser_stores_nothing(
    storage: str, reviewer: Reviewer, photos: list[Path], complaints: list[str]
) -> None:
    upload(reviewer.api, photos[:5])
    reviewer.page.add_init_script(_STORAGE[storage])
    reviewer.open("?order=newest")
    for _ in range(3):
        reviewer.confirm()
    expect(reviewer.page.locator("[data-status]")).to_contain_text("Decided")
    wait_until(lambda: labels(reviewer) == reviewer.decided)
    complaints.clear()  # the admin's own scripts would store something as well


def test_two_tabs_of_one_person_lose_nothing(reviewer: Reviewer, photos: list[Path]) -> None:
    upload(reviewer.api, photos[:8])
    reviewer.open("?order=newest")
    other = Reviewer(reviewer.name, reviewer.page.context.new_page(), reviewer.api)
    other.open("?order=newest")
    other.press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight")
    reviewer.look(ahead=3)
    other.look(ahead=3)
    reviewer.page.context.set_offline(True)
    for _ in range(3):
        reviewer.confirm()
        other.pick(2)
    reviewer.page.context.set_offline(False)
    reviewer.wait_until_sent()
    decided = reviewer.decided | other.decided
    assert len(decided) == 6
    reviewer.decided = decided
    assert labels(reviewer) == decided


def test_enter_that_ends_a_chinese_word_picks_nothing(
    reviewer: Reviewer, photos: list[Path]
) -> None:
    upload(reviewer.api, photos[:3])
    reviewer.open("?order=newest")
    reviewer.look()
    photo = reviewer.photo
    reviewer.press("/")
    composing = reviewer.page.context.new_cdp_session(reviewer.page)
    composing.send(
        "Input.imeSetComposition", {"text": "gong", "selectionStart": 4, "selectionEnd": 4}
    )
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    composing.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    composing.send("Input.insertText", {"text": "公共"})
    expect(reviewer.page.get_by_role("dialog")).to_be_visible()
    reviewer.expect_found("bus")
    reviewer.press("Enter")
    reviewer.wait_until_sent()
    assert reviewer.api.get(f"photos/{photo}/")["label"] == "bus"


def test_decisions_outlive_a_restart_of_the_server(
    reviewer: Reviewer, photos: list[Path], instance: Instance, complaints: list[str]
) -> None:
    upload(reviewer.api, photos[:5])
    reviewer.open("?order=newest")
    reviewer.confirm()
    reviewer.look(ahead=1)
    instance.kill("web")
    try:
        reviewer.pick(2)
        undone = reviewer.photo
        reviewer.confirm()
        reviewer.undo()
    finally:
        instance.start("web")  # other tests need it too
    reviewer.wait_until_sent()
    assert labels(reviewer) == reviewer.decided
    assert reviewer.api.get(f"photos/{undone}/")["label"] is None
    complaints.clear()  # that nobody answered


def test_decisions_outlive_the_session(
    reviewer: Reviewer, photos: list[Path], instance: Instance, complaints: list[str]
) -> None:
    upload(reviewer.api, photos[:5])
    reviewer.open("?order=newest")
    reviewer.look(ahead=1)
    run(
        instance,
        "from django.contrib.sessions.models import Session; Session.objects.all().delete()",
    )
    reviewer.confirm()
    reviewer.pick(2)
    note = reviewer.page.locator("[data-signed-out]")
    expect(note).to_be_visible()
    assert set(labels(reviewer).values()) == {None}
    signed_in(reviewer.page.context.new_page(), reviewer.name)
    expect(note).to_be_hidden()
    reviewer.wait_until_sent()
    assert labels(reviewer) == reviewer.decided
    complaints.clear()  # that it was forbidden


def test_back_and_forth_in_the_browser_loses_nothing(
    reviewer: Reviewer, photos: list[Path]
) -> None:
    upload(reviewer.api, photos[:6])
    reviewer.open("?order=newest")
    reviewer.confirm()
    reviewer.open("?order=margin")
    reviewer.confirm()
    reviewer.page.go_back()
    expect(reviewer.shown).to_be_visible()
    assert reviewer.photo not in reviewer.decided
    reviewer.confirm()
    reviewer.page.go_forward()
    expect(reviewer.shown).to_be_visible()
    assert reviewer.photo not in reviewer.decided
    reviewer.confirm()
    reviewer.wait_until_sent()
    assert len(reviewer.decided) == 4
    assert labels(reviewer) == reviewer.decided
