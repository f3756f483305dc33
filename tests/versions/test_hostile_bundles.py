"""Bundles that were made to do harm: refused, and the reason is told soon."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from pytest_django import Settings

from recognition.cnn.manifest import CorruptCheckpoint, read_manifest
from recognition.cnn.store import bundle
from recognition.models import Job, Label, ModelVersion, RunState
from recognition.versions import bundles, checks, registry
from recognition.versions.version_labels import LabelsRefused
from tests.support.altered_versions import Change, alter, altered_copy


@pytest.fixture(autouse=True)
def _places(settings: Settings, tmp_path: Path, live_version: ModelVersion) -> None:
    settings.ARK_EXPORTS, settings.ARK_IMPORTS = tmp_path / "exports", tmp_path / "imports"
    shutil.copytree(live_version.folder, tmp_path / "store" / "1")
    settings.ARK_MODELS_STORE = tmp_path / "store"


def bundle_with(network: Path, tmp_path: Path, change: Change) -> Path:
    bundle.pack(altered_copy(network, tmp_path / "altered", change), tmp_path / "altered.zip")
    return tmp_path / "altered.zip"


def renamed(fields: dict[str, Any], **label: str) -> None:
    """The name of the whole is another one too, or it would be known here."""
    fields["name"] = "Other"
    slug = label.get("slug", "")
    fields["labels"][0].update(label, **{"name_en": slug, "name_zh": slug, **label})


@pytest.mark.parametrize(
    "change",
    [{"metrics": {"accuracy": "x"}}, {"temperature": 1e999}, {"labels": []}],
    ids=["metrics", "temperature", "labels"],
)
def test_what_breaks_pages_is_refused_at_the_door(
    change: dict[str, Any], network: Path, tmp_path: Path
) -> None:
    archive = bundle_with(network, tmp_path, lambda fields: fields.update(change))
    with pytest.raises(CorruptCheckpoint):
        bundles.accept(archive, "theirs.zip", None)
    assert not Job.objects.exists()
    assert list(settings.ARK_IMPORTS.iterdir()) == []


def test_a_square_of_1600_pixels_is_refused_at_the_door(network: Path, tmp_path: Path) -> None:
    sides = {"crop": 1600, "resize": 1600}
    archive = bundle_with(network, tmp_path, lambda fields: fields["preprocessing"].update(sides))
    with pytest.raises(CorruptCheckpoint, match=r"crop|resize"):
        bundles.accept(archive, "theirs.zip", None)


def test_names_that_do_not_fit_the_classes_fail_the_job(network: Path, tmp_path: Path) -> None:
    archive = bundle_with(network, tmp_path, lambda fields: fields.update(fine_names=["one"]))
    job = imported(archive)
    assert (job.state, job.error) == (RunState.FAILED, "damaged")
    assert ModelVersion.objects.count() == 1


def test_what_takes_too_much_fails_soon_and_says_so(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_LEAST_MB", 300)
    monkeypatch.setattr(checks, "_TIMES_THE_WEIGHTS", 0)
    archive = bundle_with(network, tmp_path, lambda fields: fields.update(name="Other"))
    job = imported(archive)
    assert (job.state, job.error, job.attempts) == (RunState.FAILED, "too_demanding", 1)


def test_who_may_not_add_labels_brings_none_in(
    trainer: User, network: Path, tmp_path: Path
) -> None:
    archive = bundle_with(network, tmp_path, lambda fields: renamed(fields, slug="unicorn"))
    with pytest.raises(LabelsRefused, match="unicorn"):
        bundles.accept(archive, "theirs.zip", trainer)
    assert not Job.objects.exists()
    trainer.user_permissions.add(Permission.objects.get(codename="add_label"))
    allowed = User.objects.get(pk=trainer.pk)
    bundles.accept(archive, "theirs.zip", allowed)
    assert Job.objects.get().state == RunState.QUEUED


def test_a_right_that_was_withdrawn_meanwhile_counts(
    trainer: User, network: Path, tmp_path: Path
) -> None:
    trainer.user_permissions.add(Permission.objects.get(codename="add_label"))
    archive = bundle_with(network, tmp_path, lambda fields: renamed(fields, slug="unicorn"))
    bundles.accept(archive, "theirs.zip", User.objects.get(pk=trainer.pk))
    trainer.user_permissions.clear()
    bundles.add_accepted()
    job = bundles.imports()[0]
    assert (job.state, job.error) == (RunState.FAILED, "labels")
    assert not Label.objects.filter(slug="unicorn").exists()


def test_a_second_label_that_is_neither_is_refused(network: Path, tmp_path: Path) -> None:
    """The tree has one; the manifest alone shows nothing wrong."""

    def change(fields: dict[str, Any]) -> None:
        [neither] = [label for label in fields["labels"] if label["kind"] == "neither"]
        neither["slug"] = "nothing"

    with pytest.raises(LabelsRefused, match="nothing"):
        bundles.accept(bundle_with(network, tmp_path, change), "theirs.zip", None)


@pytest.mark.parametrize(
    "names",
    [
        {"slug": "hound", "name_en": "DOG"},
        {"slug": "hound", "name_zh": "狗"},
        {"slug": "Dog", "name_en": "Hound", "name_zh": "猎犬"},
        {"slug": "hound", "name_en": "\u3164"},
    ],
)
def test_a_new_label_that_is_called_like_another_is_refused(
    names: dict[str, str], network: Path, tmp_path: Path
) -> None:
    archive = bundle_with(network, tmp_path, lambda fields: renamed(fields, **names))
    with pytest.raises(LabelsRefused, match=names["slug"]):
        bundles.accept(archive, "theirs.zip", None)


def test_two_new_labels_that_are_called_alike_are_refused(network: Path, tmp_path: Path) -> None:
    def change(fields: dict[str, Any]) -> None:
        renamed(fields, slug="unicorn")
        fields["labels"][1].update(slug="einhorn", name_en="Einhorn", name_zh="UNICORN")

    with pytest.raises(LabelsRefused, match="unicorn and einhorn"):
        bundles.accept(bundle_with(network, tmp_path, change), "theirs.zip", None)


def test_a_label_of_another_kind_is_refused(network: Path, tmp_path: Path) -> None:
    def change(fields: dict[str, Any]) -> None:
        [dog] = [label for label in fields["labels"] if label["slug"] == "dog"]
        dog.update(kind="vehicle", parent=None)
        for label in fields["labels"]:
            if label["parent"] == "dog":
                label["parent"] = None

    with pytest.raises(LabelsRefused, match="dog"):
        bundles.accept(bundle_with(network, tmp_path, change), "theirs.zip", None)


@pytest.mark.usefixtures("versions_are_tried")
def test_what_cannot_answer_does_not_go_live(tmp_path: Path, network: Path) -> None:
    """As a version that came in before bundles were looked at so closely."""
    folder = settings.ARK_MODELS_STORE / "2"
    shutil.copytree(network, folder)
    alter(folder, lambda fields: fields.update(fine_names=["one"]))
    version = registry.register(2, read_manifest(folder))
    with pytest.raises(registry.CannotPromote, match="answer"):
        registry.promote(version, None)
    assert registry.live_version().number == 1


@pytest.mark.usefixtures("versions_are_tried")
def test_what_answers_goes_live(network: Path) -> None:
    folder = settings.ARK_MODELS_STORE / "2"
    shutil.copytree(network, folder)
    alter(folder, lambda fields: fields.update(name="Other"))
    registry.promote(registry.register(2, read_manifest(folder)), None)
    assert registry.live_version().number == 2


def imported(archive: Path) -> Job:
    bundles.accept(archive, "theirs.zip", None)
    bundles.add_accepted()
    return bundles.imports()[0]
