"""Every way into the page, and what happens when the way is blocked."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import signed_in
from tests.support.files import zipped
from tests.support.instance import Instance

_GIVE = """([name, content, how]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], name, { type: "image/jpeg" }));
    const options = { bubbles: true, cancelable: true };
    document.body.dispatchEvent(
        how === "drop"
            ? new DragEvent("drop", { ...options, dataTransfer: files })
            : new ClipboardEvent("paste", { ...options, clipboardData: files }),
    );
}"""


def give(page: Page, photo: Path, how: str) -> None:
    """Drop or paste a photo, as the browser would tell the page."""
    content = base64.b64encode(photo.read_bytes()).decode()
    page.evaluate(_GIVE, [photo.name, content, how])


def done(page: Page, number: int) -> None:
    expect(page.locator('.card[data-state="done"]')).to_have_count(number)


def test_drop_and_paste(page: Page, photos: list[Path]) -> None:
    give(page, photos[0], "drop")
    done(page, 1)
    give(page, photos[1], "paste")
    done(page, 2)


def test_an_archive(page: Page, photos: list[Path], tmp_path: Path) -> None:
    files = {photo.name: photo.read_bytes() for photo in photos[:5]}
    archive = tmp_path / "photos.zip"
    archive.write_bytes(zipped({**files, "notes.txt": b"not a photo"}))
    page.get_by_label("Choose photos").set_input_files(archive)
    done(page, 5)
    expect(page.locator('.card[data-state="refused"]')).to_have_count(1)


def test_an_archive_whose_folders_name_the_labels(
    open_page: Callable[..., Page], instance: Instance, photos: list[Path], tmp_path: Path
) -> None:
    api = instance.api(instance.token_of("archivist", "Reviewer"))
    page = signed_in(open_page(), "archivist")
    archive = tmp_path / "labelled.zip"
    folders = {"bus/a.jpg": photos[0], "dog/b.jpg": photos[1], "dog/c.jpg": photos[2]}
    archive.write_bytes(zipped({name: photo.read_bytes() for name, photo in folders.items()}))
    page.get_by_label("The folders in a ZIP name the labels").check()
    page.get_by_label("Choose photos").set_input_files(archive)
    done(page, 3)
    uploaded = {photo["name"]: photo["label"] for photo in api.get("photos/")["results"]}
    assert {"a.jpg": "bus", "b.jpg": "dog", "c.jpg": "dog"}.items() <= uploaded.items()


def test_only_reviewers_are_offered_labels_by_folder(page: Page) -> None:
    expect(page.get_by_label("The folders in a ZIP name the labels")).to_have_count(0)


def test_a_lost_connection_loses_no_photo(page: Page, photos: list[Path]) -> None:
    page.context.set_offline(True)
    page.get_by_label("Choose photos").set_input_files(photos[:3])
    lost = page.locator('.card[data-state="lost"]')
    expect(lost).to_have_count(3)
    expect(lost.first).to_contain_text("The connection was lost. The photo is still here.")
    lost.first.get_by_role("button", name="Try again").click()
    expect(lost).to_have_count(3)
    page.context.set_offline(False)
    done(page, 3)


def test_a_predictor_that_is_away(page: Page, instance: Instance, photos: list[Path]) -> None:
    instance.stop("predictor")
    instance.forget_heartbeats("predictor")
    page.get_by_label("Choose photos").set_input_files(photos[:2])
    banner = page.get_by_text("The predictor is not running; your photos are safe")
    expect(banner).to_be_visible()
    expect(page.locator('.card[data-state="pending"]')).to_have_count(2)
    page.locator(".card-title a").first.click()
    expect(banner).to_be_visible()
    instance.start("predictor")
    expect(page.get_by_role("heading", name="Confidence")).to_be_visible()
    page.go_back()
    done(page, 2)
    expect(banner).to_be_hidden()


def test_without_javascript(
    open_page: Callable[..., Page], next_person: Callable[[], str], photos: list[Path]
) -> None:
    page = signed_in(open_page(java_script_enabled=False), next_person())
    page.get_by_label("Choose photos").set_input_files(photos[:3])
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".card")).to_have_count(3)
    page.goto("/history/?kind=animal")
    expect(page.locator('.card:not([data-kind="animal"])')).to_have_count(0)
