"""A bundle comes back as it was, and nothing else gets in with it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from recognition.cnn.manifest import CorruptCheckpoint, verify
from recognition.cnn.store.bundle import BadBundle, pack, unpack

GIGABYTE = 1024**3


@pytest.fixture
def archive(network: Path, tmp_path: Path) -> Path:
    pack(network, tmp_path / "version.zip")
    return tmp_path / "version.zip"


def rewritten(archive: Path, **changed: bytes) -> Path:
    """The same archive with other contents for some names; dots of names are written as "_"."""
    copy = archive.with_name("changed.zip")
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(copy, "w") as target:
        for name in source.namelist():
            target.writestr(name, changed.get(name.replace(".", "_"), source.read(name)))
    return copy


def test_it_comes_back_as_it_was(archive: Path, network: Path, tmp_path: Path) -> None:
    assert unpack(archive, tmp_path / "again", GIGABYTE) == verify(network)
    assert verify(tmp_path / "again") == verify(network)


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "version.zip"
    path.write_bytes(b"no archive")
    with pytest.raises(BadBundle):
        unpack(path, tmp_path / "again", GIGABYTE)
    assert not (tmp_path / "again").exists()


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as file:
        file.writestr("cat.jpg", b"meow")
    with pytest.raises(BadBundle, match=r"model\.json"):
        unpack(tmp_path / "other.zip", tmp_path / "again", GIGABYTE)


def test_changed_weights_are_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(CorruptCheckpoint):
        unpack(rewritten(archive, weights_safetensors=b"0"), tmp_path / "again", GIGABYTE)
    assert not (tmp_path / "again").exists()


def test_a_truncated_archive_is_refused(archive: Path, tmp_path: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-1000])
    with pytest.raises(BadBundle):
        unpack(archive, tmp_path / "again", GIGABYTE)


def test_no_more_is_written_than_is_allowed(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(BadBundle, match="too large"):
        unpack(archive, tmp_path / "again", 1024)
    assert not (tmp_path / "again").exists()


def test_files_that_the_manifest_does_not_name_are_left_out(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("../evil", b"")
        file.writestr("notes.txt", b"")
    manifest = unpack(archive, tmp_path / "again", GIGABYTE)
    names = {path.name for path in (tmp_path / "again").iterdir()}
    assert names == {"model.json", *manifest.files}
    assert not (tmp_path / "evil").exists()


def test_a_name_that_leads_out_of_the_folder_is_refused(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        document = json.loads(file.read("model.json"))
    document["model"]["files"]["../evil"] = "0" * 64
    document["sha256"] = _digest(document["model"])
    bad = rewritten(archive, model_json=json.dumps(document).encode())
    with zipfile.ZipFile(bad, "a") as file:
        file.writestr("../evil", b"")
    with pytest.raises(CorruptCheckpoint):
        unpack(bad, tmp_path / "again", GIGABYTE)
    assert not (tmp_path / "evil").exists()


def _digest(fields: dict) -> str:
    from recognition.cnn.manifest import sha256_of_fields

    return sha256_of_fields(fields)
