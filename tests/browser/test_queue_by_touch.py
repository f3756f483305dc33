"""The review queue on a phone: what is pressed for each photo is where the thumb is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.reviewers import Reviewer, upload

_THUMB_PX = 44
# What one sees and presses for each photo: [what it is, top, bottom, width, height].
_MEASURED = """() => {
    const photo = document.querySelector(".queue-photo:not([hidden])");
    const answers = photo.querySelector("[data-answers]:not([hidden])");
    const parts = {
        picture: photo.querySelector(".queue-window"),
        answer: answers.querySelector("[data-choice]"),
        confirm: answers.querySelector("[data-confirm]"),
    };
    for (const button of document.querySelectorAll(".queue-actions button"))
        parts[button.dataset.action] = button;
    const bar = document.querySelector(".queue-actions").getBoundingClientRect();
    return Object.entries(parts).map(([name, part]) => {
        const { top, bottom, width, height } = part.getBoundingClientRect();
        return { name, top, bottom, width, height, bar: bar.top };
    });
}"""
# Whether something else lies over the middle of what has the focus.
_IS_COVERED = """() => {
    const focused = document.activeElement;
    if (focused === document.body) return "";
    const { left, top, width, height } = focused.getBoundingClientRect();
    const there = document.elementFromPoint(left + width / 2, top + height / 2);
    const isCovered = !there || !(focused.contains(there) || there.contains(focused));
    return isCovered ? focused.outerHTML.slice(0, 200) : "";
}"""
_TABS = 40


@pytest.mark.parametrize(("width", "height"), [(390, 844), (360, 640)])
def test_picture_answer_and_actions_are_in_view_and_large_enough(
    width: int, height: int, new_reviewer: Callable[..., Reviewer], photos: list[Path]
) -> None:
    phone = {"width": width, "height": height}
    reviewer = new_reviewer(viewport=phone, has_touch=True, is_mobile=True)
    upload(reviewer.api, photos[:3])
    reviewer.open("?order=newest")
    reviewer.look()
    reviewer.press("s")  # which must not scroll
    reviewer.look()
    assert reviewer.page.evaluate("scrollY") == 0
    measured = {part.pop("name"): part for part in reviewer.page.evaluate(_MEASURED)}
    for name in ("picture", "answer"):
        assert measured[name]["top"] >= 0
        assert measured[name]["bottom"] <= measured[name]["bar"]
    assert measured["picture"]["height"] > height / 4
    for name in ("confirm", "neither", "search", "skip", "undo"):
        assert measured[name]["bottom"] <= height
        assert measured[name]["top"] >= height - 150, name
        assert min(measured[name]["width"], measured[name]["height"]) >= _THUMB_PX, name
    assert measured["confirm"]["bottom"] <= measured["skip"]["top"]


def test_what_has_the_focus_never_lies_behind_the_bar(
    new_reviewer: Callable[..., Reviewer], photos: list[Path]
) -> None:
    reviewer = new_reviewer(viewport={"width": 360, "height": 640}, has_touch=True)
    upload(reviewer.api, photos[:2])
    reviewer.open("?order=newest")
    reviewer.look()
    covered = []
    for _ in range(_TABS):
        reviewer.press("Tab")
        covered.append(reviewer.page.evaluate(_IS_COVERED))
    assert not any(covered)
