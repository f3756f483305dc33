from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from recognition.cnn.finder import fetching
from recognition.cnn.finder.fetching import NanoDetFiles
from recognition.cnn.finder.manifest import finder_sha256
from recognition.cnn.unavailable import WeightsUnavailable
from recognition.versions import finder


@pytest.fixture
def own_store(settings: Settings, tmp_path: Path) -> Path:
    settings.ARK_MODELS_STORE = tmp_path / "store"
    return settings.ARK_MODELS_STORE


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise WeightsUnavailable("npm could not bring it (ENOTFOUND).")

    monkeypatch.setattr(fetching, "_run", fail)


def test_offline_the_command_says_where_it_is_told_what_to_bring(own_store: Path) -> None:
    with pytest.raises(CommandError, match=r"ENOTFOUND.*\n.*docs/operations\.md"):
        call_command("add_finder")
    assert not own_store.exists()


def test_a_file_that_is_none_is_refused_and_the_finder_stays(
    own_store: Path, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=r"some\.tgz"):
        call_command("add_finder", str(tmp_path / "some.tgz"))
    assert finder.installed() is None


def test_the_files_become_the_finder(
    own_store: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from recognition.cnn.finder import adding, published_weights
    from recognition.cnn.finder.nanodet import NanoDet

    files = NanoDetFiles(b"graph", b"numbers")
    monkeypatch.setattr(adding, "nanodet_files", lambda source, timeout_s: files)
    monkeypatch.setattr(published_weights, "nanodet_from_graph", lambda *_: NanoDet())
    call_command("add_finder", "package.tgz")
    assert f"NanoDet-g is in {own_store / 'finder'}." in capsys.readouterr().out
    assert finder_sha256(own_store / "finder")
    assert finder.installed().name == "nanodet_g"


def test_only_finders_of_the_catalogue_can_be_added(own_store: Path) -> None:
    with pytest.raises(CommandError, match="invalid choice: 'yolo'"):
        call_command("add_finder", "--name", "yolo")
