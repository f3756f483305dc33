"""A disk that is really full, in each folder: told as such, nothing half-written, and all is well
again, in the same process, once there is room."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from recognition.backup import taking
from recognition.backup.places import opened
from recognition.backup.verifying import read_manifest
from recognition.cnn.store import bundle
from recognition.core import full_disk
from recognition.models import ModelVersion, Photo, RunState
from recognition.photos import intake
from recognition.versions import bundles, registry
from tests.support.disks import fill, make_room, small_disk
from tests.support.files import arrived, encoded, noise, picture, sent
from tests.support.rows import version_folder

PHOTOS = "/api/v1/photos/"
JPEG = encoded(picture())
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def disk(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.ARK_MIN_FREE_MB = 0
    with small_disk(tmp_path / "disk", "2m") as disk:
        yield disk


@pytest.fixture
def stored(settings: Settings, disk: Path, version: ModelVersion, uploader: User) -> Photo:
    """A photo on the small disk, where uploads arrive, too."""
    settings.MEDIA_ROOT, settings.ARK_INCOMING = disk / "media", disk / "incoming"
    [outcome] = intake.accept([(arrived(JPEG), None)], uploader)
    assert outcome.photo
    return outcome.photo


def files_on(disk: Path) -> list[str]:
    return sorted(
        str(path.relative_to(disk))
        for path in disk.rglob("*")
        if path.is_file() and path.name != "filler"
    )


def test_uploads(stored: Photo, disk: Path, uploader: User) -> None:
    client = APIClient(raise_request_exception=False)
    client.force_login(uploader, backend=BACKEND)
    before = files_on(disk)
    fill(disk)
    for fields in ({"image": sent(encoded(noise()))}, {"image": sent(encoded(picture(seed=5)))}):
        response = client.post(PHOTOS, fields)
        assert (response.status_code, response.json()["code"]) == (507, "disk_full")
    assert files_on(disk) == before
    assert Photo.objects.count() == 1
    make_room(disk)
    assert client.post(PHOTOS, {"image": sent(encoded(noise()))}).status_code == 202


def test_pictures(stored: Photo, disk: Path, client: Client, uploader: User) -> None:
    client.force_login(uploader, backend=BACKEND)
    before = files_on(disk)
    fill(disk)
    response = client.get(f"/photos/{stored.id}/thumbnail.jpg")
    assert (response.status_code, "no-picture" in response.url) == (302, True)
    assert files_on(disk) == before
    assert client.get(f"/photos/{stored.id}/original").status_code == 200
    make_room(disk)
    assert client.get(f"/photos/{stored.id}/thumbnail.jpg").status_code == 200


@pytest.mark.parametrize("form", ["bundle", "onnx", "openvino"])
def test_exports(form: str, disk: Path, settings: Settings, live_version: ModelVersion) -> None:
    settings.ARK_EXPORTS = disk
    fill(disk)
    bundles.ask_for(live_version, form, None)
    bundles.make_asked()
    [export] = [export for export in bundles.exports(live_version) if export.form == form]
    assert (export.job.state, export.job.error) == (RunState.FAILED, "disk_full")
    assert files_on(disk) == []


def test_imports(
    disk: Path, settings: Settings, version: ModelVersion, trainer: User, tmp_path: Path
) -> None:
    settings.ARK_IMPORTS = disk / "imports"
    version_folder(tmp_path / "theirs", name="Theirs")
    bundle.pack(tmp_path / "theirs", tmp_path / "theirs.zip")
    client = Client(raise_request_exception=False)
    client.force_login(trainer, backend=BACKEND)
    fill(disk)
    theirs = SimpleUploadedFile("theirs.zip", (tmp_path / "theirs.zip").read_bytes())
    response = client.post("/admin/training/import/", {"archive": theirs})
    assert (response.status_code, "No room left" in response.text) == (507, True)
    assert files_on(disk) == []
    make_room(disk)
    theirs.seek(0)
    assert client.post("/admin/training/import/", {"archive": theirs}).status_code == 302


def test_models_store(
    disk: Path, settings: Settings, version: ModelVersion, tmp_path: Path
) -> None:
    settings.ARK_MODELS_STORE = disk / "store"
    settings.ARK_MODELS_STORE.mkdir()
    version_folder(tmp_path / "result", name="Taught")
    fill(disk)
    with pytest.raises((OSError, shutil.Error)) as raised:
        registry.add_candidate(tmp_path / "result", None)
    assert full_disk.is_told_by(raised.value)
    assert files_on(disk) == []
    make_room(disk)
    assert registry.add_candidate(tmp_path / "result", None).number == 2


@pytest.mark.django_db(transaction=True)  # on PostgreSQL it reads in a transaction of its own
@pytest.mark.parametrize("name", ["folder", "file.zip"])
def test_backups(name: str, stored: Photo, settings: Settings, tmp_path: Path) -> None:
    settings.ARK_MODELS_STORE = tmp_path / "store"
    version_folder(settings.ARK_MODELS_STORE / "1")
    with small_disk(tmp_path / "backups", "4m") as disk:
        fill(disk)
        with pytest.raises(OSError) as raised:  # noqa: PT011
            taking.take(disk / name, False)
        assert full_disk.is_told_by(raised.value)
        assert not [path for path in files_on(disk) if path != "folder/lock"]
        make_room(disk)
        taking.take(disk / name, False)
        with opened(disk / name) as backup:
            assert read_manifest(backup)[1].tables["recognition.photo"] == 1


def test_what_sqlite_says(disk: Path) -> None:
    database = sqlite3.connect(disk / "db.sqlite3", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE t (x)")
    fill(disk)
    with pytest.raises(sqlite3.OperationalError) as raised:
        database.execute("INSERT INTO t VALUES (zeroblob(1000000))")
    assert full_disk.is_told_by(raised.value)
    make_room(disk)
    database.execute("INSERT INTO t VALUES (zeroblob(10000))")
    assert database.execute("SELECT COUNT(*) FROM t").fetchone() == (1,)
