"""What bringing an instance up to date does with files."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from recognition.cnn.finder.manifest import FinderManifest, write_finder
from recognition.cnn.unavailable import WeightsUnavailable
from recognition.management.commands import prepare
from recognition.management.commands.prepare import STALE_S, Command, _delete_stale_uploads
from recognition.photos.uploads import new_incoming_path
from tests.support.files import incoming


def test_uploads_that_broke_off_long_ago_are_deleted() -> None:
    stale, fresh = new_incoming_path(), new_incoming_path()
    for path in (stale, fresh):
        path.write_bytes(b"half")
    long_ago_s = time.time() - 2 * STALE_S
    os.utime(stale, (long_ago_s, long_ago_s))
    _delete_stale_uploads()
    assert incoming() == [fresh.name]
    fresh.unlink()


def test_an_upload_that_is_moved_away_meanwhile_is_no_error() -> None:
    moved = new_incoming_path()
    moved.symlink_to("nowhere")  # is listed, and gone when one looks
    _delete_stale_uploads()
    moved.unlink()


@pytest.fixture
def store(settings: Settings, tmp_path: Path) -> Path:
    settings.ARK_MODELS_STORE = tmp_path
    settings.ARK_FINDER = "nanodet_g"
    return tmp_path


def pretend(folder: Path, name: str, timeout_s: float) -> None:
    assert timeout_s <= 60
    folder.mkdir()
    write_finder(folder, FinderManifest(name, 416))


def test_the_finder_is_fetched_once(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "add_finder", pretend)
    Command()._finder()
    Command()._finder()  # would fail: the folder is there
    assert (store / "finder" / "finder.json").exists()


def test_without_a_finder_ark_starts_and_says_how_to_add_it(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise WeightsUnavailable("npm could not bring it (ENOTFOUND).")

    monkeypatch.setattr(prepare, "add_finder", fail)
    Command()._finder()
    (line,) = capsys.readouterr().err.splitlines()
    assert "(ENOTFOUND)" in line
    assert "manage.py add_finder" in line
    assert list(store.iterdir()) == []


def test_who_wants_no_finder_gets_none(store: Path, settings: Settings) -> None:
    settings.ARK_FINDER = "none"
    Command()._finder()
    assert list(store.iterdir()) == []
