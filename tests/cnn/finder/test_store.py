from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
import torch

from recognition.cnn.finder import store
from recognition.cnn.finder.catalogue import FINDERS
from recognition.cnn.finder.manifest import (
    finder_sha256,
    read_finder,
    verify_finder,
    write_finder,
)
from recognition.cnn.finder.nanodet import NanoDet
from recognition.cnn.finder.store import load_network, save_finder
from recognition.cnn.manifest import CorruptCheckpoint

NANODET = FINDERS["nanodet_g"]


@pytest.fixture
def copy(finder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finder, tmp_path / "finder"))


def test_a_finder_holds_what_finding_needs(finder: Path) -> None:
    manifest = verify_finder(finder)
    assert (manifest.name, manifest.side, len(manifest.classes)) == ("nanodet_g", 416, 80)
    assert set(manifest.files) == {"weights.safetensors", "openvino.xml", "openvino.bin"}
    assert {path.name for path in finder.iterdir()} == {"finder.json", *manifest.files}
    assert {"torch", "openvino"} <= manifest.libraries.keys()


def test_the_network_comes_back_as_it_was_saved(finder: Path, model: NanoDet) -> None:
    _, loaded = load_network(finder)
    torch.testing.assert_close(loaded.state_dict(), model.state_dict())


def test_a_finder_is_replaced_whole(copy: Path, model: NanoDet) -> None:
    (copy / "of_the_old_one").touch()
    save_finder(copy, NANODET, model)
    assert verify_finder(copy)
    assert not (copy / "of_the_old_one").exists()
    assert [path.name for path in copy.parent.iterdir()] == ["finder"]


def test_if_that_fails_the_old_one_stays(
    copy: Path, model: NanoDet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(store, "save_graph", fail)
    with pytest.raises(OSError, match="no space"):
        save_finder(copy, NANODET, model)
    assert verify_finder(copy)
    assert [path.name for path in copy.parent.iterdir()] == ["finder"]


@pytest.mark.parametrize("name", ["weights.safetensors", "openvino.xml", "openvino.bin"])
def test_a_changed_file_is_refused(copy: Path, name: str) -> None:
    with (copy / name).open("r+b") as file:
        file.seek(100)
        file.write(b"\0\1\2\3")
    with pytest.raises(CorruptCheckpoint, match=name):
        verify_finder(copy)


def test_a_changed_finder_json_is_refused(copy: Path) -> None:
    path = copy / "finder.json"
    path.write_text(path.read_text().replace('"side": 416', '"side": 320'))
    with pytest.raises(CorruptCheckpoint, match="changed"):
        read_finder(copy)


def test_an_unknown_finder_is_refused(copy: Path) -> None:
    write_finder(copy, dataclasses.replace(read_finder(copy), name="of_tomorrow"))
    with pytest.raises(CorruptCheckpoint, match="of_tomorrow"):
        load_network(copy)


def test_the_identity_of_a_finder_is_read_from_one_file(copy: Path) -> None:
    identity = finder_sha256(copy)
    assert identity == read_finder(copy).sha256
    write_finder(copy, dataclasses.replace(read_finder(copy), side=320))
    assert finder_sha256(copy) not in (identity, None)
    shutil.rmtree(copy)
    assert finder_sha256(copy) is None
