"""Labels are created where they are missed, and kept at hand."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.reviewers import Reviewer, upload


def fill_in(page: Page, place: str) -> None:
    dialog = page.locator(".new-label")
    expect(dialog).to_be_visible()
    dialog.locator("select").select_option(place)
    dialog.get_by_role("button", name="Create").click()
    expect(dialog).not_to_be_attached()


def test_a_label_that_is_missed_is_created_in_the_picker_and_stays_at_hand(
    reviewer: Reviewer, photos: list[Path]
) -> None:
    upload(reviewer.api, photos)
    reviewer.open("?order=newest&kind=animal")
    page, first = reviewer.page, reviewer.photo
    reviewer.look()
    reviewer.press("/")
    page.keyboard.type("okapi")
    expect(page.locator("#picker-new-0")).to_contain_text("Create “okapi” below")
    reviewer.press("ArrowDown", "Enter")
    fill_in(page, "below:animal")
    expect(reviewer.shown).not_to_have_attribute("data-photo", first)
    at_hand = page.get_by_role("group", name="Labels at hand")
    at_hand.get_by_role("button", name="Pin “okapi”").click()
    expect(at_hand.get_by_role("button", name="Unpin “okapi”")).to_be_visible()
    second = reviewer.photo
    reviewer.look()
    reviewer.press("6")
    reviewer.wait_until_sent()
    for photo in (first, second):
        assert reviewer.api.get(f"photos/{photo}/")["label"] == "okapi"
    reviewer.open("?order=newest")
    reviewer.press("/")
    expect(page.locator("[role=option]").first).to_contain_text("okapi")  # pinned


def test_beside_a_field_that_completes_labels_a_new_one_is_offered(
    reviewer: Reviewer, photos: list[Path]
) -> None:
    upload(reviewer.api, photos[:1])
    photo = reviewer.api.get("photos/")["results"][0]["id"]
    page = reviewer.page
    page.goto(f"/photos/{photo}/")
    field = page.locator("#label")
    field.press_sequentially("tapir")
    page.get_by_role("button", name="Create “tapir”").click()
    fill_in(page, "kind:animal")
    expect(field).to_have_value("tapir")
    page.locator(".label-photo").get_by_role("button", name="Set it").click()
    expect(page.get_by_role("heading", name="tapir").first).to_be_visible()
