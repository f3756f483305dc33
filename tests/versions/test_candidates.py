"""What training or an import made becomes a numbered version, whatever comes in between."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Any

import pytest

from recognition.cnn.manifest import WEIGHTS_NAME, CorruptCheckpoint, verify
from recognition.cnn.taxonomy import Label as TaxonomyLabel
from recognition.models import Label, ModelVersion
from recognition.versions import registry
from recognition.versions.registry import add_candidate, register
from tests.support.rows import manifest, version_folder


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Any, db: None) -> Path:
    """An empty models_store, and version 1 in the database."""
    settings.ARK_MODELS_STORE = tmp_path / "models_store"
    settings.ARK_MODELS_STORE.mkdir()
    register(1, manifest())
    return settings.ARK_MODELS_STORE


@pytest.fixture
def result(tmp_path: Path) -> Path:
    version_folder(tmp_path / "result", name="Taught", metrics={"accuracy": 0.9})
    return tmp_path / "result"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_candidate_gets_the_next_number_and_is_not_live(result: Path, store: Path) -> None:
    parent = ModelVersion.objects.get()
    version = add_candidate(result, parent)
    assert (version.number, version.name, version.live) == (2, "Taught", False)
    assert (version.parent, version.metrics) == (parent, {"accuracy": 0.9})
    assert verify(version.folder).sha256 == version.sha256
    assert names(store) == {"2"}


def test_a_candidate_shares_its_parents_backbone(tmp_path: Path) -> None:
    version_folder(tmp_path / "result", backbone_sha256="a" * 64)
    assert add_candidate(tmp_path / "result", None).backbone_sha256 == "a" * 64


def test_new_labels_join_the_others(tmp_path: Path) -> None:
    tractor = TaxonomyLabel("tractor", "vehicle", "Tractor", "拖拉机", None, (0,))
    version_folder(tmp_path / "result", labels=(*manifest().labels, tractor))
    add_candidate(tmp_path / "result", None)
    assert Label.objects.get(slug="tractor").name_en == "Tractor"


def test_added_twice_it_is_there_once(result: Path, store: Path) -> None:
    assert add_candidate(result, None) == add_candidate(result, None)
    assert ModelVersion.objects.count() == 2
    assert names(store) == {"2"}


def test_a_number_is_never_used_again(result: Path, store: Path) -> None:
    version_folder(store / "7", name="Left behind")
    assert add_candidate(result, None).number == 8


def test_a_folder_of_an_interrupted_attempt_is_taken_up(
    result: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(registry, "register", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            add_candidate(result, None)
    assert ModelVersion.objects.count() == 1
    assert add_candidate(result, None).number == 2
    assert names(store) == {"2"}


def test_a_damaged_result_is_refused(result: Path, store: Path) -> None:
    (result / WEIGHTS_NAME).write_bytes(b"other weights")
    with pytest.raises(CorruptCheckpoint, match="sha256"):
        add_candidate(result, None)
    assert ModelVersion.objects.count() == 1
    assert names(store) == set()


def test_a_full_disk_leaves_nothing_behind(
    result: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        target.mkdir()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(OSError, match="No space left"):
        add_candidate(result, None)
    assert ModelVersion.objects.count() == 1
    assert names(store) == set()


def _interrupted(*arguments: object) -> None:
    raise KeyboardInterrupt
