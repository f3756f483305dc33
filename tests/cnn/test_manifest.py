from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from recognition.cnn.manifest import (
    MANIFEST_NAME,
    SUBJECTS,
    CorruptCheckpoint,
    read_manifest,
    verify,
    write_manifest,
)
from recognition.cnn.pixels.preprocessing import Preprocessing
from tests.support.rows import manifest

# What the manifest of tests/support/rows.py had as its digest then.
BEFORE_THERE_WAS_GREY = "e6d81550897e5191ad612ee7c899e9855a322ba4d29ef94c5f470d703f623481"


@pytest.fixture
def copy(version: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(version, tmp_path / "1"))


def test_what_is_written_is_read_back(version: Path, tmp_path: Path) -> None:
    manifest = read_manifest(version)
    write_manifest(tmp_path, manifest)
    assert read_manifest(tmp_path) == manifest
    assert read_manifest(tmp_path).sha256 == manifest.sha256


def test_a_normalisation_by_channel_and_grey_are_read_back(tmp_path: Path) -> None:
    colour = Preprocessing(256, 224, "bilinear", (1.0, 2.0, 3.0), (4.0, 5.0, 6.0))
    grey = Preprocessing(28, 28, "bilinear", 127.5, 127.5, greyscale=True)
    for preprocessing in (colour, grey):
        write_manifest(tmp_path, manifest(preprocessing=preprocessing))
        assert read_manifest(tmp_path).preprocessing == preprocessing


def test_a_version_from_before_there_was_grey_keeps_its_digest() -> None:
    assert manifest(reference_log_probabilities=()).sha256 == BEFORE_THERE_WAS_GREY


def test_the_view_is_read_back_and_part_of_the_identity(tmp_path: Path) -> None:
    looks_at_subjects = manifest(view=SUBJECTS)
    write_manifest(tmp_path, looks_at_subjects)
    assert read_manifest(tmp_path).view == SUBJECTS
    assert looks_at_subjects.sha256 != BEFORE_THERE_WAS_GREY


def test_what_looks_at_the_centre_is_written_as_before_there_were_views(tmp_path: Path) -> None:
    write_manifest(tmp_path, manifest())
    assert "view" not in json.loads((tmp_path / MANIFEST_NAME).read_text())["model"]


def test_a_view_of_a_later_ark_is_refused(tmp_path: Path) -> None:
    written = manifest()
    object.__setattr__(written, "view", "tiles")
    write_manifest(tmp_path, written)
    with pytest.raises(CorruptCheckpoint, match="tiles"):
        read_manifest(tmp_path)


def test_a_whole_version_passes_verification(version: Path) -> None:
    assert verify(version) == read_manifest(version)


@pytest.mark.parametrize("name", ["model.json", "weights.safetensors"])
def test_a_missing_file_is_noticed(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(CorruptCheckpoint, match=name):
        verify(copy)


@pytest.mark.parametrize("name", ["weights.safetensors", "openvino.xml", "openvino.bin"])
def test_a_changed_byte_is_noticed(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(CorruptCheckpoint, match=name):
        verify(copy)


def test_an_edited_manifest_is_noticed(copy: Path) -> None:
    path = copy / MANIFEST_NAME
    document = json.loads(path.read_text())
    document["model"]["labels"][0]["slug"] = "unicorn"
    path.write_text(json.dumps(document))
    with pytest.raises(CorruptCheckpoint, match="changed"):
        read_manifest(copy)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"model": {}, "format": 1}', '{"format": 99}'])
def test_a_manifest_that_makes_no_sense_is_noticed(copy: Path, text: str) -> None:
    (copy / MANIFEST_NAME).write_text(text)
    with pytest.raises(CorruptCheckpoint):
        read_manifest(copy)


def test_another_format_is_refused(copy: Path) -> None:
    path = copy / MANIFEST_NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    with pytest.raises(CorruptCheckpoint, match="format 99"):
        read_manifest(copy)


def test_reading_a_manifest_needs_no_torch(version: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from recognition.cnn.manifest import read_manifest;"
        "print(read_manifest(Path(sys.argv[1])).network, 'torch' in sys.modules)"
    )
    run = [sys.executable, "-c", program, str(version)]
    printed = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["lite0", "False"]
