"""The storage check finds what is missing, damaged or left over, and removes only the latter."""

from __future__ import annotations

import shutil
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from recognition.cnn.manifest import WEIGHTS_NAME
from recognition.core import jobs
from recognition.models import Job, ModelVersion, Photo, Profile, RunState, TrainingRun
from recognition.photos import intake
from recognition.storage import checking, originals
from recognition.versions.registry import register
from tests.storage.conftest import Damage, checked, cut, flip, found, leave
from tests.support.files import arrived, encoded, picture
from tests.support.rows import add_photo, training_run, version_folder

pytestmark = pytest.mark.usefixtures("whole_version")


@pytest.fixture
def whole_version(db: None, settings: Settings, tmp_path: Path) -> ModelVersion:
    settings.ARK_MODELS_STORE = tmp_path / "models_store"
    return register(1, version_folder(settings.ARK_MODELS_STORE / "1"))


def test_a_whole_instance_is_clean(uploader: User) -> None:
    stored(uploader)
    document = checked(digests="all")
    assert document["found"] == {}
    assert document["seen"] == {"photos": 1, "digests": 1, "versions": 1}


def test_a_missing_original_is_found(uploader: User) -> None:
    photo = stored(uploader)
    photo.original_path.unlink()
    assert found() == {"missing": [str(photo.id)]}


@pytest.mark.parametrize("damage", [cut, flip])
def test_a_damaged_original_is_found(damage: Damage, uploader: User) -> None:
    photo = stored(uploader)
    damage(photo.original_path)
    assert found(digests="all") == {"damaged": [str(photo.id)]}


@pytest.mark.usefixtures("a_day_later")
def test_an_original_without_a_row_is_found_and_removed_when_asked() -> None:
    path = leave(originals_folder() / "ab" / ("0" * 30 + "ab"))
    assert found() == {"orphaned": [f"originals/ab/{path.name}"]}
    document = checked(repair=True)
    assert (document["found"], document["removed"]) == ({}, {"orphaned": 1})
    assert not path.exists()


def test_what_is_young_may_be_on_its_way() -> None:
    path = leave(originals_folder() / "ab" / ("0" * 30 + "ab"))
    draft = leave(originals_folder().parents[1] / "incoming" / "draft")
    assert checked(repair=True)["found"] == {}
    assert path.exists()
    assert draft.exists()


@pytest.mark.usefixtures("a_day_later")
def test_repairing_touches_nothing_that_is_needed(uploader: User) -> None:
    photo = stored(uploader)
    run = training_run(state=RunState.FAILED)
    kept = [
        photo.original_path,
        leave(photo.rendition_path(320)),
        leave(photo.explanations_path / "1" / "why.json"),
        leave(run.folder / "checkpoint.safetensors"),
    ]
    cut(photo.original_path)
    assert checked(repair=True)["removed"] == {}
    assert all(path.exists() for path in kept)


@pytest.mark.usefixtures("a_day_later")
def test_everything_that_is_left_over_is_found_and_removed() -> None:
    gone = uuid.uuid4().hex
    paths = [
        leave(settings.MEDIA_ROOT / "renditions" / gone[-2:] / f"{gone}.320.jpg"),
        leave(settings.MEDIA_ROOT / "explanations" / gone / "1" / "why.json"),
        leave(settings.ARK_INCOMING / "broken-off"),
        leave(settings.ARK_EXPORTS / ".ark-version-1-onnx.zip.77"),
        leave(settings.ARK_IMPORTS / gone / "model.json"),
        leave(settings.ARK_TRAINING / gone / "checkpoint.safetensors"),
        leave(settings.ARK_MODELS_STORE / ".candidate.abc.7" / "model.json"),
    ]
    expected = {"renditions": 1, "explanations": 1, "incoming": 1, "exports": 2, "training": 2}
    assert checked()["found"] == expected
    assert all(path.exists() for path in paths)
    assert checked(repair=True)["removed"] == expected
    assert not any(path.exists() for path in paths)


def test_the_folder_of_a_run_that_succeeded_is_left_over(a_day_later: None) -> None:
    run: TrainingRun = training_run(state=RunState.SUCCEEDED)
    leave(run.folder / "log.txt")
    assert found() == {"training": [f"training/{run.id}"]}


def test_a_version_is_compared_with_its_folder(whole_version: ModelVersion) -> None:
    flip(whole_version.folder / WEIGHTS_NAME)
    leave(whole_version.folder.with_name("7") / "model.json")
    assert found() == {"versions_damaged": ["1"], "versions_unknown": ["7"]}
    shutil.rmtree(whole_version.folder)
    assert found()["versions_damaged"] == ["1"]


def test_a_person_s_storage_is_counted_anew(uploader: User, other_uploader: User) -> None:
    photo = stored(uploader)
    Profile.objects.filter(user=uploader).update(stored_bytes=7, stored_photos=-1)
    checked()
    counted = Profile.objects.in_bulk([uploader.id, other_uploader.id])
    mine, others = counted[uploader.id], counted[other_uploader.id]
    assert (mine.stored_bytes, mine.stored_photos) == (photo.size_bytes, 1)
    assert (others.stored_bytes, others.stored_photos) == (0, 0)


def test_used_space_is_told_by_kind(uploader: User) -> None:
    photo = stored(uploader)
    used = checked()["used"]
    assert used["originals"] == photo.size_bytes
    assert used["database"] > 0


def test_a_check_goes_on_where_it_was_interrupted(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each step in another process, it finds the same and counts nothing twice."""
    monkeypatch.setattr(originals, "PAGE", 2)
    for seed in range(7):
        stored(uploader, seed)
    missing = stored(uploader, 8)
    missing.original_path.unlink()
    expected = checked(digests="all")

    monkeypatch.setattr(checking, "STEP_S", 0.0)
    job = checking.ask_for(None, "all")
    for _round in range(2000):
        checking.check_pending()
        job.refresh_from_db()
        if job.is_over:
            break
    assert job.state == RunState.SUCCEEDED
    assert job.attempts <= 1
    assert {**job.result, "used": 0} == {**expected, "used": 0}
    assert job.result["used"]["originals"] == expected["used"]["originals"]


def test_samples_of_following_nights_cover_everything(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "SAMPLE", 0)
    monkeypatch.setattr(checking, "SAMPLE_SHARE", 0.3)
    photo = stored(uploader)
    flip(photo.original_path)
    damaged = 0
    for _night in range(4):
        job = checking.ask_for(None)
        checking.check_pending()
        job.refresh_from_db()
        damaged += job.result["found"].get("damaged", 0)
    assert damaged >= 1
    assert job.result["digests"][1] == 77


def test_few_photos_are_all_read_each_night(uploader: User) -> None:
    stored(uploader)
    assert checked()["seen"]["digests"] == 1


@pytest.mark.parametrize(("hours_ago", "is_due"), [(0, False), (26, True)])
def test_a_check_is_due_each_night(hours_ago: int, is_due: bool, uploader: User) -> None:
    job = checking.ask_for(uploader)
    jobs.cancel(job.id)
    created = timezone.now() - timedelta(hours=hours_ago)
    Job.objects.update(created=created)
    checking.launch_if_due()
    assert Job.objects.filter(state=RunState.QUEUED).exists() == is_due


def test_a_new_instance_waits_for_its_first_night(settings: Settings, uploader: User) -> None:
    checking.launch_if_due()
    assert not Job.objects.exists()
    User.objects.update(date_joined=timezone.now() - timedelta(days=2))
    settings.ARK_STORAGE_CHECK_HOUR = "none"
    checking.launch_if_due()
    assert not Job.objects.exists()
    settings.ARK_STORAGE_CHECK_HOUR = "3"
    checking.launch_if_due()
    assert Job.objects.count() == 1


def test_many_findings_are_counted_but_not_all_named(uploader: User) -> None:
    for number in range(110):
        add_photo(uploader, name=f"{number}.jpg", sha256=f"{number:064}")
    document = checked()
    assert document["found"]["missing"] == 110
    assert len(document["named"]["missing"]) == 100


def originals_folder() -> Path:
    return settings.MEDIA_ROOT / "originals"


def stored(owner: User, seed: int = 0) -> Photo:
    [outcome] = intake.accept([(arrived(encoded(picture(seed=seed))), None)], owner)
    assert outcome.photo
    return outcome.photo
