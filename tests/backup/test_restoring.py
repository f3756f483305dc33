"""Restored into another home, an instance is what it was: real processes, homes of their own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from recognition.backup import layout
from recognition.cnn.manifest import sha256_of_fields
from tests.support.instance import Instance

_FILL = """
import hashlib
from pathlib import Path
from django.contrib.auth.models import Group, User
from recognition.labels import labelling
from recognition.models import Label, Photo, Prediction, State, Via
from recognition.photos import intake
from recognition.photos.uploads import SpooledUpload, new_incoming_path
from recognition.versions.registry import live_version
owner = User.objects.create_user("ursula", password="a long passphrase")
owner.groups.add(Group.objects.get(name="Reviewer"))
for number in range(5):
    path = new_incoming_path()
    content = Path(PHOTO).read_bytes() + bytes([number])
    path.write_bytes(content)
    upload = SpooledUpload(path, f"{number}.jpg", len(content), hashlib.sha256(content).hexdigest())
    list(intake.accept([(upload, Label.objects.get(slug="dog") if number else None)], owner))
Prediction.objects.update(state=State.DONE, label=Label.objects.get(slug="dog"), kind="animal",
    confidence=0.75, model_version=live_version(), embedding=b"\\x00\\xff" * 1280,
    top=[["dog", 0.75]])
"""


@pytest.fixture(scope="module")
def source(
    network: Path, photos: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Instance]:
    home = tmp_path_factory.mktemp("ark")
    instance = Instance(home, network.parent)
    instance.prepare()
    instance.manage("shell", "-c", _FILL.replace("PHOTO", repr(str(photos[0]))))
    instance.manage("backup", str(home / "backup"))
    return instance


@pytest.fixture
def place(source: Instance) -> Path:
    return source.home / "backup"


@pytest.fixture
def target(tmp_path: Path) -> Instance:
    home = tmp_path / "home"
    home.mkdir()
    (home / "secret-key").write_text("x" * 60)
    return Instance(home, tmp_path / "store")


def manifest_of(place: Path) -> layout.Manifest:
    newest = max((place / "snapshots").iterdir())
    return layout.from_document(json.loads((newest / "manifest.json").read_text()))


def rows_of(place: Path) -> dict[str, str]:
    """The digests of all tables that a backup and a restore do not write themselves."""
    own = ("auditevent", "migrations", "secret-key", "files.jsonl")
    files = manifest_of(place).files
    return {name: sha256 for name, sha256 in files.items() if not any(o in name for o in own)}


def test_what_is_restored_is_what_was_there(place: Path, target: Instance) -> None:
    """Each table to the last byte, each original and each version."""
    assert "is restored" in target.manage("restore", str(place))
    target.manage("backup", str(target.home / "again"))
    assert rows_of(target.home / "again") == rows_of(place)
    before, after = manifest_of(place), manifest_of(target.home / "again")
    assert after.versions == before.versions
    assert (after.objects, after.damaged) == (5, [])
    target.manage("prepare")
    target.manage("check_storage", "--all-digests")
    # The next backup of it finds everything there already.
    target.manage("backup", str(target.home / "again"))


def test_a_home_in_use_is_not_overwritten(source: Instance, place: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        source.manage("restore", str(place))
    assert "Snapshot" in source.manage("restore", str(place), "--force")


def test_the_backup_of_a_newer_ark_is_refused(place: Path, target: Instance) -> None:
    newest = max((place / "snapshots").iterdir())
    newer = newest.with_name("2999-01-01T00-00-00")
    os.symlink(newest, newer)
    document = json.loads((newest / "manifest.json").read_text())
    document["backup"]["migrations"]["recognition"].append("0999_from_the_future")
    document["sha256"] = sha256_of_fields(document["backup"])
    changed = target.home / "newer" / "snapshots" / newest.name
    changed.mkdir(parents=True)
    newer.unlink()
    (changed / "manifest.json").write_text(json.dumps(document))
    with pytest.raises(subprocess.CalledProcessError):
        target.manage("restore", str(target.home / "newer"))
    assert not (target.home / "media").exists()
