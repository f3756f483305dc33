"""Pages hold the longest names that people may give, at every width."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import PHONE, let_in
from tests.browser.test_every_page import HEIGHT, WIDTHS
from tests.support.page_faults import layout_faults
from tests.support.reviewers import Reviewer, upload

LABEL = "Donaudampfschifffahrt" * 2 + "sgesellschaft"
FILE = "W" * 240 + ".jpg"
PAGES = ("/photos/{0}/", "/photos/{0}/why/", "/history/", "/admin/review/grid/")


def test_nothing_runs_out_of_the_page(reviewer: Reviewer, photos: list[Path]) -> None:
    api, page = reviewer.api, reviewer.page
    made = api.session.post(f"{api.base}/labels/", json={"name_en": LABEL, "parent": "vehicle"})
    api.upload_many([(FILE, photos[0].read_bytes() + b"of its own")])
    photo = api.get("photos/")["results"][0]["id"]
    upload(api, photos[:2])  # which wait for review
    api.session.put(f"{api.base}/photos/{photo}/label/", json={"label": made.json()["slug"]})
    for address in PAGES:
        page.goto(address.format(photo))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            assert layout_faults(page) == [], (address, width)


def test_the_networks_to_begin_with_fit_a_small_phone(
    open_page: Callable[..., Page], administrator: str
) -> None:
    page = let_in(open_page(viewport=PHONE), administrator)
    page.goto("/admin/training/new/")
    assert layout_faults(page) == []
