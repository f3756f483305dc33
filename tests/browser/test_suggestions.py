"""What an owner says goes its way: from the photo's page through the review queue to a label."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, let_in
from tests.support.instance import Api, Instance
from tests.support.reviewers import Reviewer, upload

SIZES = pytest.mark.parametrize(
    "options",
    [{"viewport": DESKTOP}, {"viewport": PHONE, "has_touch": True, "is_mobile": True}],
    ids=["desktop", "phone"],
)


class Owner:
    """An uploader with a browser and the API."""

    def __init__(self, page: Page, api: Api) -> None:
        self.page = page
        self.api = api

    def upload(self, photos: list[Path]) -> list[str]:
        """The ids of the photos, the newest first."""
        upload(self.api, photos)
        return [photo["id"] for photo in self.api.get("photos/")["results"]]

    def say(self, photo: str, opener: str, name: str) -> None:
        self.page.goto(f"/photos/{photo}/")
        self.page.get_by_text(opener).click()
        field = self.page.locator("details[open]").get_by_role("combobox")
        field.fill(name)
        field.press("Enter")
        expect(self.said.first).to_be_visible()

    @property
    def said(self) -> Locator:
        return self.page.locator("#suggestions li")


@pytest.fixture
def new_owner(
    open_page: Callable[..., Page], next_person: Callable[[], str], instance: Instance
) -> Callable[..., Owner]:
    def new_owner(**options: object) -> Owner:
        name = next_person()
        token = instance.token_of(name)  # sets the password, which would sign a browser out
        return Owner(let_in(open_page(**options), name), instance.api(token))

    return new_owner


@SIZES
def test_from_the_owner_to_the_label(
    new_owner: Callable[..., Owner],
    new_reviewer: Callable[..., Reviewer],
    photos: list[Path],
    options: dict[str, object],
) -> None:
    owner, reviewer = new_owner(**options), new_reviewer(**options)
    photo = owner.upload(photos[:3])[1]
    owner.say(photo, "That’s wrong, it is …", "Horse")
    expect(owner.said).to_contain_text("That is wrong, it is: Horse")
    expect(owner.said).to_contain_text("waits for a reviewer")
    assert owner.api.get(f"photos/{photo}/")["label"] is None
    reviewer.open()
    assert reviewer.photo == photo
    reviewer.look()
    button = reviewer.shown.get_by_role("button", name="The owner says: “Horse”")
    if options.get("has_touch"):
        button.tap()
    else:
        expect(button).to_be_visible()
        reviewer.press("o")
    reviewer.wait_until_sent()
    assert owner.api.get(f"photos/{photo}/")["label"] == "horse"
    owner.page.reload()
    expect(owner.said).to_contain_text("confirmed")
    owner.page.goto("/history/")
    card = owner.page.locator(f"[data-photo='{photo.replace('-', '')}']")
    expect(card).to_contain_text("You said: Horse – confirmed")
    assert (
        owner.page.evaluate("document.documentElement.scrollWidth")
        <= (owner.page.viewport_size["width"])
    )


@SIZES
def test_there_is_another_one(
    new_owner: Callable[..., Owner],
    new_reviewer: Callable[..., Reviewer],
    photos: list[Path],
    options: dict[str, object],
) -> None:
    owner, reviewer = new_owner(**options), new_reviewer(**options)
    [photo] = owner.upload(photos[3:4])
    owner.say(photo, "There is another one", "自行车")
    reviewer.open()
    reviewer.look()
    button = reviewer.shown.get_by_role("button", name="The owner says there is also: “Bicycle”")
    confirm = reviewer.shown.locator("[data-confirm]")
    label = confirm.get_attribute("data-label")
    if options.get("has_touch"):
        button.tap()
        expect(button).to_have_attribute("aria-pressed", "true")
        confirm.tap()
    else:
        reviewer.press("t")
        expect(button).to_have_attribute("aria-pressed", "true")
        reviewer.press("Enter", "u")  # taken back, it is still said
        expect(reviewer.shown).to_have_attribute("data-photo", photo)
        reviewer.press("Enter")
    reviewer.wait_until_sent()
    [said] = owner.api.session.get(f"{owner.api.base}/photos/{photo}/suggestions/").json()
    assert (said["label"], said["outcome"]) == ("bicycle", "confirmed")
    assert owner.api.get(f"photos/{photo}/")["label"] == label


def test_an_owner_thinks_again(
    new_owner: Callable[..., Owner], reviewer: Reviewer, photos: list[Path]
) -> None:
    owner = new_owner()
    [photo] = owner.upload(photos[5:6])
    owner.say(photo, "That’s wrong, it is …", "Horse")
    owner.page.get_by_role("button", name="Withdraw").click()
    expect(owner.page.get_by_text("Your suggestion is withdrawn.")).to_be_visible()
    expect(owner.said).to_have_count(0)
    reviewer.open("?order=newest")
    assert reviewer.photo == photo
    expect(reviewer.shown.locator("[data-suggested]")).to_have_count(0)


def test_one_can_answer_back_as_soon_as_there_is_an_answer(
    new_owner: Callable[..., Owner], instance: Instance, photos: list[Path]
) -> None:
    owner = new_owner()
    instance.stop("predictor")
    try:
        photo = owner.api.upload(photos[6]).json()["id"]
        owner.page.goto(f"/photos/{photo}/")
        expect(owner.page.get_by_role("heading", name="Waiting")).to_be_visible()
        expect(owner.page.get_by_text("That’s wrong, it is …")).to_have_count(0)
    finally:
        instance.start("predictor")
    expect(owner.page.get_by_text("That’s wrong, it is …")).to_be_visible()


def test_results_are_taken_along_from_the_history(
    new_owner: Callable[..., Owner], instance: Instance, photos: list[Path], tmp_path: Path
) -> None:
    owner = new_owner()
    owner.upload(photos[:5])
    cookie = {"name": "django_language", "value": "zh-hans", "url": instance.url}
    owner.page.context.add_cookies([cookie])
    owner.page.goto("/history/?state=done")
    with owner.page.expect_download() as download:
        owner.page.locator("a[href*='results.csv']").click()
    path = tmp_path / "results.csv"
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert download.value.suggested_filename == "ark-results.csv"
    assert len(rows) == 5
    assert {row["state"] for row in rows} == {"done"}
    assert [row["answer"] for row in rows if row["answer"].isascii()] == []
