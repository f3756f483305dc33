"""What systems put beside photos is told from what people did."""

from __future__ import annotations

import json
import re

import pytest

from recognition.photos.folders import system_files
from recognition.photos.folders.system_files import is_system_name, is_system_path
from webapp.home import BASE_DIR

OF_SYSTEMS = (
    *("@eaDir", "#recycle", "#Recycle", "$RECYCLE.BIN", "$Recycle.Bin", "lost+found", "__MACOSX"),
    *("System Volume Information", ".Trash", ".Trash-1000", ".Trashes", ".Spotlight-V100"),
    *(".fseventsd", ".DS_Store", "Thumbs.db", "THUMBS.DB", "desktop.ini", "Desktop.ini"),
    *(".@__thumb", ".thumbnails", "._a.jpg", ".AppleDouble", ".hidden cats", "@Recycle"),
    *("a.jpg:Zone.Identifier", "a.jpg@SynoEAStream", "Icon\r", "ehthumbs.db", "Picasa.ini"),
    *("LOST.DIR", "FOUND.000"),
)
OF_PEOPLE = (
    *("recycle", "recycle bin", "#recycled", "# recycle", "recycle#", "RECYCLER", "Trash"),
    *("eaDir", "@eaDir 2", "lost + found", "lost and found", "_MACOSX", "MACOSX", "macosx"),
    *("thumbs", "Thumbs.jpg", "thumbs.db.jpg", "desktop", "thumbnails", "System", "icon"),
    *("system volume", "zone.identifier", "snapshot", "Icon.jpg", "_a.jpg", "@home", "#1"),
    *("lost", "found.jpg", "dog", "狗", "_", "$5", "~", ""),
)


@pytest.mark.parametrize("name", OF_SYSTEMS)
def test_what_systems_make_is_known(name: str) -> None:
    assert is_system_name(name)


@pytest.mark.parametrize("name", OF_PEOPLE)
def test_what_only_looks_alike_is_a_persons(name: str) -> None:
    assert not is_system_name(name)


@pytest.mark.parametrize(
    "path", ["dog/@eaDir/a.jpg/thumb.jpg", r"x\__MACOSX\._a.jpg", "dog/._a.jpg"]
)
def test_what_lies_in_such_a_folder_is_the_systems(path: str) -> None:
    assert is_system_path(path)


@pytest.mark.parametrize(
    "path", ["../a.jpg", "./dog/a.jpg", "/dog/a.jpg", "C:\\dog\\a.jpg", "a.jpg"]
)
def test_steps_through_folders_are_no_names(path: str) -> None:
    assert not is_system_path(path)


def test_the_browser_has_the_same_lists() -> None:
    script = (BASE_DIR / "static/site/system-files.js").read_text()
    names, endings = re.findall(r"= (?:new Set\()?\[(.*?)\]", script, re.DOTALL)
    assert set(strings(names)) == system_files.NAMES
    assert tuple(strings(endings)) == system_files.ENDINGS


def strings(script: str) -> list[str]:
    return [json.loads(text) for text in re.findall(r'"[^"]*"', script)]
