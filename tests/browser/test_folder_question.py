"""Folders that are called like no label are asked about once, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import let_in
from tests.browser.test_dropped_folders import drop, photo
from tests.support.files import encoded, picture, zipped
from tests.support.instance import Api, Instance


@pytest.fixture
def archivist(
    open_page: Callable[..., Page], instance: Instance, reviewers: Iterator[list[str]]
) -> tuple[Page, Api]:
    name, token = next(reviewers)
    page = let_in(open_page(), name)
    page.goto("/")
    page.get_by_label("The folders in a ZIP name the labels").check()
    return page, instance.api(token)


def test_one_question_about_a_folder_and_an_archive(
    archivist: tuple[Page, Api], tmp_path: Path
) -> None:
    page, api = archivist
    for seed, name in enumerate(("dog/a.jpg", "sedans/b.jpg", "junk/c.jpg")):
        photo(tmp_path / "drop" / name, seed=seed + 40)
    archive = tmp_path / "drop" / "more.zip"
    files = {"sedans/d.jpg": 44, "misc/e.jpg": 45, "notes/f.jpg": 46}
    contents = {name: encoded(picture(seed=seed)) for name, seed in files.items()}
    archive.write_bytes(zipped({**contents, "notes/letter.jpg": b"a letter"}))
    drop(page, tmp_path / "drop")
    dialog = page.locator(".folders")
    expect(dialog.get_by_role("heading")).to_have_text("4 new folders: create, map or skip")
    expect(page.locator(".card")).to_have_count(0)  # nothing is sent yet
    for name, does in {"junk": "skip", "misc": "without", "notes": "map"}.items():
        dialog.get_by_label(f"What to do with “{name}”").select_option(does)
    row = dialog.locator("[data-row]")
    row.filter(has_text="notes").locator('[data-options="labels"]').select_option("cat")
    row.filter(has_text="sedans").locator('[data-options="places"]').select_option("below:car")
    dialog.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    expect(page.locator(".counts")).to_contain_text("5 / 5")
    reason = page.locator(".refusal summary")
    expect(reason).to_contain_text("1 This file is not a photo")
    reason.click()
    expect(page.get_by_text("notes/letter.jpg")).to_be_visible()
    batch = page.url.rstrip("/").rsplit("/", 1)[1]
    photos = api.get("photos/", batch=batch)["results"]
    labels = {each["name"]: each["label"] for each in photos}
    assert labels == {
        "a.jpg": "dog",
        "b.jpg": "sedans",
        "d.jpg": "sedans",
        "e.jpg": None,
        "f.jpg": "cat",
    }
    page.get_by_role("link", name="See the results").click()
    expect(page.locator(".card")).to_have_count(5)


def test_who_does_not_answer_sends_nothing(archivist: tuple[Page, Api], tmp_path: Path) -> None:
    page, _api = archivist
    photo(tmp_path / "drop/kites/a.jpg", seed=50)
    drop(page, tmp_path / "drop")
    page.locator(".folders").get_by_role("button", name="Cancel").click()
    expect(page.locator(".folders")).to_have_count(0)
    expect(page.locator(".card")).to_have_count(0)
    assert "/batches/" not in page.url
