"""Versions go out and come in, checked; what fails says so and leaves nothing behind."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import Settings

from recognition.cnn.manifest import CENTRE, read_manifest
from recognition.cnn.store import bundle
from recognition.cnn.store.bundle import BadBundle
from recognition.cnn.store.checkpoint import load_network, save_version
from recognition.core import jobs, wakeups
from recognition.models import ModelVersion, RunState, View
from recognition.photos import intake
from recognition.versions import bundles, registry
from recognition.versions.bundles import Export
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


def export_of(version: ModelVersion, form: str) -> Export:
    [export] = [export for export in bundles.exports(version) if export.form == form]
    return export


@pytest.mark.usefixtures("own_store")
def test_what_is_asked_for_is_made_by_the_teacher(live_version: ModelVersion) -> None:
    bundles.ask_for(live_version, "onnx", None)
    coming = {export.form: export.is_coming for export in bundles.exports(live_version)}
    assert coming == {"bundle": False, "onnx": True, "openvino": False}
    bundles.make_asked()
    export = export_of(live_version, "onnx")
    assert export.is_ready
    assert export.job.result["pictures"] == 1
    assert export.path.stat().st_size == export.job.result["size_bytes"]
    assert export.job.result["difference"] < 0.001


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


def test_asking_wakes_the_teacher_once(
    live_version: ModelVersion,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: object,
) -> None:
    rung = []
    monkeypatch.setattr(wakeups, "wake_teacher", lambda: rung.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        bundles.ask_for(live_version, "bundle", None)
    with django_capture_on_commit_callbacks(execute=True):
        bundles.ask_for(live_version, "bundle", None)  # is on its way already
    assert rung == [1]


def test_an_unknown_form_is_refused(live_version: ModelVersion) -> None:
    with pytest.raises(ValueError, match="tar"):
        bundles.ask_for(live_version, "tar", None)


def test_a_damaged_version_is_not_given_away(live_version: ModelVersion, own_store: Path) -> None:
    (own_store / "1" / "weights.safetensors").write_bytes(b"")
    bundles.ask_for(live_version, "bundle", None)
    bundles.make_asked()
    export = export_of(live_version, "bundle")
    assert (export.job.state, export.job.error) == (RunState.FAILED, "damaged")
    assert "sha256" in export.job.error_detail
    assert not export.path.exists()


def test_a_failed_export_can_be_asked_for_again(
    live_version: ModelVersion, own_store: Path
) -> None:
    test_a_damaged_version_is_not_given_away(live_version, own_store)
    bundles.ask_for(live_version, "bundle", None)
    assert export_of(live_version, "bundle").is_coming


@pytest.mark.usefixtures("own_store")
def test_an_export_that_was_deleted_can_be_asked_for_again(live_version: ModelVersion) -> None:
    bundles.ask_for(live_version, "bundle", None)
    bundles.make_asked()
    shutil.rmtree(export_of(live_version, "bundle").path.parent)
    assert not export_of(live_version, "bundle").is_ready
    bundles.ask_for(live_version, "bundle", None)
    assert export_of(live_version, "bundle").is_coming


def test_a_full_disk_is_told_as_such(
    live_version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bundles, "write", write)
    bundles.ask_for(live_version, "bundle", None)
    bundles.make_asked()
    job = export_of(live_version, "bundle").job
    assert (job.state, job.error) == (RunState.FAILED, "disk_full")
    assert "No space left" in job.error_detail


def test_a_bundle_becomes_a_candidate(archive: Path) -> None:
    bundles.accept(archive, "version.zip", None)
    bundles.add_accepted()
    [done] = bundles.imports()
    assert (done.state, done.parameters["name"]) == (RunState.SUCCEEDED, "version.zip")
    assert (done.version.number, done.version.live) == (2, False)
    assert (done.version.folder / "model.json").exists()
    assert unpacked() == []


def test_a_bundle_that_was_exported_before_there_were_views_becomes_a_candidate(
    own_store: Path, tmp_path: Path
) -> None:
    """Its model.json says nothing of a view, and its digests stay what they are."""
    of_today, model = load_network(own_store / "1")
    small = replace(of_today.preprocessing, crop=224)
    before = replace(of_today, view=CENTRE, preprocessing=small, backbone_sha256="")
    save_version(tmp_path / "before", before, model)
    assert '"view"' not in (tmp_path / "before" / "model.json").read_text()
    bundle.pack(tmp_path / "before", tmp_path / "before.zip")
    bundles.accept(tmp_path / "before.zip", "before.zip", None)
    bundles.add_accepted()
    version = ModelVersion.objects.get(number=2)
    assert version.view == View.CENTRE
    assert version.sha256 == read_manifest(tmp_path / "before").sha256
    registry.check_files(version)


def test_a_teacher_that_dies_before_it_notes_the_version_adds_it_once(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundles.accept(archive, "version.zip", None)
    with monkeypatch.context() as context:
        context.setattr(jobs, "succeed", die)
        with pytest.raises(SystemExit):
            bundles.add_accepted()
    bundles.add_accepted()
    assert [(job.state, job.version.number) for job in bundles.imports()] == [
        (RunState.SUCCEEDED, 2)
    ]
    assert ModelVersion.objects.count() == 2


def test_the_same_bundle_twice_waits_once(archive: Path) -> None:
    first = bundles.accept(archive, "version.zip", None)
    assert bundles.accept(archive, "version.zip", None) == first
    assert unpacked() == [first.parameters["folder"]]


def test_a_cancelled_import_leaves_no_files(archive: Path) -> None:
    job = bundles.accept(archive, "version.zip", None)
    jobs.cancel(job.id)
    bundles.add_accepted()
    assert bundles.imports()[0].state == RunState.CANCELLED
    assert unpacked() == []
    assert ModelVersion.objects.count() == 1


def test_the_files_of_an_import_that_waits_stay(archive: Path) -> None:
    cancelled = bundles.accept(archive, "version.zip", None)
    jobs.cancel(cancelled.id)
    waits = bundles.accept(archive, "again.zip", None)
    bundles._delete_leftovers()
    assert unpacked() == [waits.parameters["folder"]]


def unpacked() -> list[str]:
    return [path.name for path in settings.ARK_IMPORTS.iterdir()]


def die(*_arguments: object, **_fields: object) -> None:
    raise SystemExit


def test_what_is_no_bundle_is_refused_at_once(live_version: ModelVersion, tmp_path: Path) -> None:
    (tmp_path / "photo.zip").write_bytes(b"no archive")
    with pytest.raises(BadBundle):
        bundles.accept(tmp_path / "photo.zip", "photo.zip", None)
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
