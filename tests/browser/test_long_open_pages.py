"""Pages that stay open while people sign out, in again, in as somebody else, or lose a role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import signed_in
from tests.support.instance import Instance
from tests.support.reviewers import Reviewer, run, upload

NOTICE = ".session-notice"


@pytest.fixture(autouse=True)
def refusals_are_expected(open_page: object, complaints: list[str]) -> Iterator[None]:
    """The browser tells of each answer that is a refusal; nothing else may be complained about."""
    yield
    complaints[:] = [
        said for said in complaints if not re.search(r"status of 40[13]|Code 401", said)
    ]


def sign_out_elsewhere(page: Page) -> Page:
    other = page.context.new_page()
    other.goto("/")
    other.locator("details.menu summary").click()
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("heading", name="You are signed out")).to_be_visible()
    return other


def choose(page: Page, photo: Path) -> None:
    page.get_by_label("Choose photos").set_input_files(photo)


def settled(page: Page, number: int) -> None:
    expect(page.locator('.card[data-state="done"]')).to_have_count(number)


def test_an_upload_page_survives_signing_in_again(
    open_page: Callable[..., Page], next_person: Callable[[], str], photos: list[Path]
) -> None:
    person = next_person()
    page = signed_in(open_page(), person)
    choose(page, photos[0])
    settled(page, 1)
    signed_in(sign_out_elsewhere(page), person)
    choose(page, photos[1])
    settled(page, 2)


def test_a_file_waits_until_its_person_has_signed_in(
    open_page: Callable[..., Page], next_person: Callable[[], str], photos: list[Path]
) -> None:
    person = next_person()
    page = signed_in(open_page(), person)
    other = sign_out_elsewhere(page)
    choose(page, photos[0])
    lost = page.locator('.card[data-state="lost"]')
    expect(lost).to_contain_text("You were signed out.")
    signed_in(other, person)
    lost.get_by_role("button", name="Try again").click()
    settled(page, 1)


def test_nothing_is_sent_in_somebody_elses_name(
    open_page: Callable[..., Page],
    next_person: Callable[[], str],
    photos: list[Path],
    instance: Instance,
) -> None:
    page = signed_in(open_page(), next_person())
    somebody_else = next_person()
    signed_in(sign_out_elsewhere(page), somebody_else)
    choose(page, photos[0])
    expect(page.locator('.card[data-state="lost"]')).to_contain_text("Somebody else is signed in")
    counted = run(
        instance,
        "from recognition.models import Photo; "
        f"print(Photo.objects.filter(owner__username={somebody_else!r}).count())",
    )
    assert counted[-1] == "0"


def test_the_history_never_shows_the_sign_in_page_as_its_results(
    open_page: Callable[..., Page], next_person: Callable[[], str]
) -> None:
    person = next_person()
    page = signed_in(open_page(), person)
    page.goto("/history/")
    other = sign_out_elsewhere(page)
    page.get_by_label("Search in names").fill("dog")
    expect(page.locator(NOTICE)).to_contain_text("You were signed out")
    expect(page.locator("#results").get_by_label("Password")).to_have_count(0)
    signed_in(other, person)
    page.get_by_label("Search in names").fill("bus")
    expect(page.locator("#results")).to_contain_text("Nothing matches")
    page.evaluate("window.dispatchEvent(new Event('focus'))")


def test_a_reviewer_whose_role_was_withdrawn_is_told(
    reviewer: Reviewer, photos: list[Path], instance: Instance, complaints: list[str]
) -> None:
    upload(reviewer.api, photos[:3])
    reviewer.open("?order=newest")
    change = "from django.contrib.auth.models import User; "
    change += f"person = User.objects.get(username={reviewer.name!r}); "
    run(instance, change + "person.groups.clear()")
    reviewer.confirm()
    note = reviewer.page.locator("[data-forbidden]")
    expect(note).to_contain_text("your role was changed")
    give_back = "from django.contrib.auth.models import Group; "
    give_back += "person.groups.add(Group.objects.get(name='Reviewer'))"
    run(instance, change + give_back)
    reviewer.page.evaluate("window.dispatchEvent(new Event('online'))")
    reviewer.wait_until_sent()
    expect(note).to_be_hidden()
    # Meanwhile pictures of other people were not there for this person.
    complaints[:] = [said for said in complaints if "status of 404" not in said]
