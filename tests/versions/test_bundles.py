"""Versions go out and come in, checked; what fails says so and leaves nothing behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import Settings

from recognition.cnn.store import bundle
from recognition.cnn.store.bundle import BadBundle
from recognition.core import wakeups
from recognition.models import ModelVersion
from recognition.photos import intake
from recognition.versions import bundles
from tests.support.files import arrived, encoded, picture


@pytest.fixture(autouse=True)
def _places(settings: Settings, tmp_path: Path) -> None:
    settings.ARK_EXPORTS = tmp_path / "exports"
    settings.ARK_IMPORTS = tmp_path / "imports"


@pytest.fixture
def own_store(settings: Settings, tmp_path: Path, live_version: ModelVersion) -> Path:
    """A models_store of this test alone, with version 1 in it."""
    shutil.copytree(live_version.folder, tmp_path / "store" / "1")
    settings.ARK_MODELS_STORE = tmp_path / "store"
    return settings.ARK_MODELS_STORE


@pytest.fixture
def archive(own_store: Path, tmp_path: Path) -> Path:
    """A bundle of a version that is not known here."""
    path = tmp_path / "version.zip"
    bundle.pack(own_store / "1", path)
    ModelVersion.objects.update(sha256="0" * 64)
    return path


def states(version: ModelVersion) -> dict[str, str]:
    return {it.form: it.state for it in bundles.exports(version)}


@pytest.mark.usefixtures("own_store")
def test_what_is_asked_for_is_made_by_the_teacher(live_version: ModelVersion) -> None:
    bundles.ask_for(live_version, "onnx")
    assert states(live_version) == {"bundle": "", "onnx": "asked", "openvino": ""}
    bundles.make_asked()
    [export] = [it for it in bundles.exports(live_version) if it.form == "onnx"]
    assert (export.state, export.pictures) == ("done", 1)
    assert export.path.stat().st_size == export.size_bytes
    assert export.difference < 0.001


@pytest.mark.usefixtures("own_store")
@pytest.mark.parametrize(("max_pixels", "pictures"), [(10_000, 2), (9_999, 1)])
def test_an_export_is_checked_on_photos_of_all_sizes_that_are_accepted_here(
    max_pixels: int,
    pictures: int,
    live_version: ModelVersion,
    uploader: User,
    settings: Settings,
    tmp_path: Path,
) -> None:
    list(intake.accept([(arrived(encoded(picture(100, 100))), None)], uploader))
    settings.ARK_MAX_PIXELS = max_pixels
    assert bundles.write(live_version, "bundle", tmp_path / "out.zip").pictures == pictures


def test_asking_rings_the_teacher(
    live_version: ModelVersion,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: object,
) -> None:
    rung = []
    monkeypatch.setattr(wakeups, "wake_teacher", lambda: rung.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        bundles.ask_for(live_version, "bundle")
    with django_capture_on_commit_callbacks(execute=True):
        bundles.ask_for(live_version, "bundle")  # is on its way already
    assert rung == [1]


def test_an_unknown_form_is_refused(live_version: ModelVersion) -> None:
    with pytest.raises(ValueError, match="tar"):
        bundles.ask_for(live_version, "tar")


def test_a_damaged_version_is_not_given_away(live_version: ModelVersion, own_store: Path) -> None:
    (own_store / "1" / "weights.safetensors").write_bytes(b"")
    bundles.ask_for(live_version, "bundle")
    bundles.make_asked()
    [export, *_rest] = bundles.exports(live_version)
    assert export.state == "failed"
    assert "sha256" in export.error
    assert not export.path.exists()


def test_a_failed_export_can_be_asked_for_again(
    live_version: ModelVersion, own_store: Path
) -> None:
    test_a_damaged_version_is_not_given_away(live_version, own_store)
    bundles.ask_for(live_version, "bundle")
    assert states(live_version)["bundle"] == "asked"


@pytest.mark.usefixtures("own_store")
def test_an_export_that_was_deleted_can_be_asked_for_again(live_version: ModelVersion) -> None:
    bundles.ask_for(live_version, "bundle")
    bundles.make_asked()
    shutil.rmtree(bundles.exports(live_version)[0].path.parent)
    assert states(live_version)["bundle"] == ""


def test_a_bundle_becomes_a_candidate(archive: Path) -> None:
    bundles.accept(archive, "version.zip")
    bundles.add_accepted()
    [done] = bundles.imports()
    version = ModelVersion.objects.get(number=done.number)
    assert (done.state, done.name) == ("done", "version.zip")
    assert (version.number, version.live) == (2, False)
    assert (version.folder / "model.json").exists()


def test_adding_twice_gives_one_version(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the teacher is killed before it could write down that it is done."""
    bundles.accept(archive, "version.zip")
    with monkeypatch.context() as context:
        context.setattr(bundles, "_settle", lambda settled: None)
        bundles.add_accepted()
    bundles.add_accepted()
    assert [(it.state, it.number) for it in bundles.imports()] == [("done", 2)]


def test_what_is_no_bundle_is_refused_at_once(live_version: ModelVersion, tmp_path: Path) -> None:
    (tmp_path / "photo.zip").write_bytes(b"no archive")
    with pytest.raises(BadBundle):
        bundles.accept(tmp_path / "photo.zip", "photo.zip")
    assert bundles.imports() == []


def test_a_version_travels_by_command(archive: Path, tmp_path: Path) -> None:
    call_command("import_version", archive)
    version = ModelVersion.objects.get(number=2)
    call_command("export_version", version.number, tmp_path / "again.zip")
    assert bundle.unpack(tmp_path / "again.zip", tmp_path / "again", 10**9).sha256 == version.sha256


def test_the_commands_say_what_is_wrong(live_version: ModelVersion, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no version 7"):
        call_command("export_version", 7, tmp_path / "x.zip")
    (tmp_path / "photo.zip").write_bytes(b"no archive")
    with pytest.raises(CommandError, match="no bundle"):
        call_command("import_version", tmp_path / "photo.zip")
