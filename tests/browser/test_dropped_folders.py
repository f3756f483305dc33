"""Folders as they are dropped: with systems' files, and with what cannot be read."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from recognition.photos.folders.system_files import is_system_name
from tests.photos.folders.test_system_files import OF_PEOPLE, OF_SYSTEMS
from tests.support.files import encoded, picture, zipped

# A folder of which one file, and one folder after its first photo, cannot be read.
_DROP_UNREADABLE = """(contents) => {
    const bytes = (name) => Uint8Array.from(atob(contents[name]), (x) => x.charCodeAt(0));
    const file = (name) => ({
        name, fullPath: `/holiday/${name}`, isFile: true, isDirectory: false,
        file: (done, fail) =>
            name in contents
                ? done(new File([bytes(name)], name))
                : fail(new DOMException("not found", "NotFoundError")),
    });
    const folder = (name, entries, breaks) => ({
        name, fullPath: `/holiday/${name}`, isFile: false, isDirectory: true,
        createReader: () => {
            const left = [entries, []];
            return {
                readEntries: (done, fail) =>
                    breaks && left.length === 1
                        ? fail(new DOMException("no", "NotReadableError"))
                        : done(left.shift()),
            };
        },
    });
    const top = folder("", [
        file("a.jpg"), file("broken.jpg"), folder("closed", [file("b.jpg")], true), file("c.jpg"),
    ]);
    DataTransferItem.prototype.webkitGetAsEntry = () => top;
    const files = new DataTransfer();
    files.items.add(new File([], "holiday"));
    const options = { bubbles: true, cancelable: true, dataTransfer: files };
    document.body.dispatchEvent(new DragEvent("drop", options));
}"""


def drop(page: Page, *paths: Path) -> None:
    """As from a file manager: the browser itself reads the folders."""
    box = page.locator("[data-drop]").bounding_box()
    assert box
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "data": data, **place})


def photo(path: Path, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded(picture(seed=seed)))
    return path


def cards(page: Page, state: str) -> Locator:
    return page.locator(f'.card[data-state="{state}"]')


def test_what_systems_put_into_a_folder_is_left_out_and_counted(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "holiday"
    photo(folder / "dog/a.jpg"), photo(folder / "recycle/b.jpg", seed=1)
    for name in ("@eaDir/a.jpg/THUMB.jpg", "#recycle/x/c.jpg", "._a.jpg", "dog/Thumbs.db"):
        photo(folder / name, seed=2)
    drop(page, folder)
    expect(cards(page, "done")).to_have_count(2)
    expect(page.locator(".card")).to_have_count(2)
    expect(page.locator("[data-progress] .counts")).to_contain_text("System files left out 4")


def test_a_folder_of_nothing_else_is_told_so(page: Page, tmp_path: Path) -> None:
    drop(page, photo(tmp_path / "card/.Trash-1000/a.jpg").parents[1])
    expect(page.get_by_text("There was no photo in what you dropped.")).to_contain_text(
        "System files left out: 1"
    )


def test_what_an_archive_left_out_is_counted_and_remembered(page: Page, tmp_path: Path) -> None:
    archive = tmp_path / "photos.zip"
    archive.write_bytes(zipped({"a.jpg": encoded(picture()), "__MACOSX/._a.jpg": b"x"}))
    page.get_by_label("Choose photos").set_input_files(archive)
    expect(cards(page, "done")).to_have_count(1)
    counted = page.locator("[data-progress] .counts")
    expect(counted).to_contain_text("System files left out 1")
    page.reload()
    expect(counted).to_contain_text("System files left out 1")


def test_an_archive_without_a_photo_is_told_so(page: Page, tmp_path: Path) -> None:
    archive = tmp_path / "photos.zip"
    archive.write_bytes(zipped({"__MACOSX/._a.jpg": b"x"}))
    page.get_by_label("Choose photos").set_input_files(archive)
    expect(page.get_by_text("There was no photo in what you dropped.")).to_be_visible()


def test_the_browser_judges_names_as_the_server_does(page: Page) -> None:
    judged = page.evaluate(
        "async (names) => (await import('/static/site/system-files.js')).isSystemName"
        " && Promise.all(names.map(async (name) =>"
        " (await import('/static/site/system-files.js')).isSystemName(name)))",
        [*OF_SYSTEMS, *OF_PEOPLE],
    )
    assert judged == [is_system_name(name) for name in (*OF_SYSTEMS, *OF_PEOPLE)]


def test_what_cannot_be_read_takes_nothing_else_along(page: Page) -> None:
    contents = {
        name: base64.b64encode(encoded(picture(seed=seed))).decode()
        for seed, name in enumerate(("a.jpg", "b.jpg", "c.jpg"))
    }
    page.evaluate(_DROP_UNREADABLE, contents)
    expect(cards(page, "done")).to_have_count(3)
    lost = cards(page, "lost")
    expect(lost).to_have_count(2)
    expect(lost.filter(has_text="holiday/broken.jpg")).to_contain_text("The file cannot be read")
    expect(lost.filter(has_text="holiday/closed")).to_contain_text("The folder cannot be read")


def held(page: Page, then: Callable[[], Any]) -> None:
    """Do something between choosing and sending."""

    def handle(route: Route) -> None:
        then()
        route.continue_()

    page.route("**/batches/", handle)


@pytest.mark.parametrize("how", ["removed", "changed"])
def test_a_file_that_is_no_more_what_was_chosen(
    how: str, page: Page, tmp_path: Path, complaints: list[str]
) -> None:
    chosen, other = photo(tmp_path / "rex.jpg"), photo(tmp_path / "other.jpg", seed=1)

    def change() -> None:
        if how == "removed":
            chosen.unlink(missing_ok=True)
        else:
            photo(chosen, seed=2)
            os.utime(chosen, (0, 0))  # browsers compare seconds

    held(page, change)
    drop(page, chosen, other)
    expect(cards(page, "done")).to_have_count(1)
    lost = cards(page, "lost")
    expect(lost).to_contain_text("The file cannot be read: it was changed, moved or deleted")
    photo(chosen, seed=3)
    lost.get_by_label("Choose it again").set_input_files(chosen)
    expect(cards(page, "done")).to_have_count(2)
    expect(lost).to_have_count(0)
    # The browser may have been about to draw the file that is no more what was chosen.
    undrawn = ("ERR_FILE_NOT_FOUND", "ERR_UPLOAD_FILE_CHANGED")
    complaints[:] = [said for said in complaints if not said.endswith(undrawn)]
