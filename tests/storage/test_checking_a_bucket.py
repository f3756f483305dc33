"""With a bucket the storage check looks there, too: other machines have what this one has not."""

from __future__ import annotations

import uuid
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from recognition.core import jobs
from recognition.files import bucket as files
from recognition.models import Job, ModelVersion, Photo, RunState
from recognition.versions import registry
from tests.storage.conftest import checked, found, leave
from tests.support.rows import add_photo, training_run, version_folder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("candidate")]


@pytest.fixture
def candidate(bucket: Any, settings: Settings, tmp_path: Path) -> ModelVersion:
    """The only version, here and in the bucket."""
    settings.ARK_MODELS_STORE = tmp_path / "models_store"
    settings.ARK_MODELS_STORE.mkdir()
    version_folder(tmp_path / "result")
    return registry.add_candidate(tmp_path / "result", None)


def lay(*keys: str) -> None:
    for key in keys:
        files.put_empty(key)


def keys(bucket: Any) -> set[str]:
    return {each.key for each in bucket.objects.all() if not each.key.startswith("models/")}


@pytest.mark.usefixtures("a_day_later")
def test_what_somebody_needs_is_no_finding(bucket: Any, uploader: User) -> None:
    photo, run = add_photo(uploader), training_run(state=RunState.FAILED)
    jobs.ask(Job.Kind.IMPORT, uploader, "x", parameters={"folder": "abc"})
    lay(
        f"originals/{photo.id.hex[-2:]}/{photo.id.hex}",
        f"explanations/{photo.id.hex}/1/why.json",
        "exports/ark-version-1-onnx.zip",
        "imports/abc/model.json",
        f"training/{run.id}/checkpoint.safetensors",
    )
    before = keys(bucket)
    Photo.objects.update(size_bytes=0, sha256=sha256().hexdigest())
    assert checked(repair=True)["found"] == {}
    assert keys(bucket) == before


@pytest.mark.usefixtures("a_day_later")
def test_what_belongs_to_nothing_is_found_and_removed(bucket: Any) -> None:
    gone, over = uuid.uuid4().hex, training_run(state=RunState.SUCCEEDED)
    lay(
        f"originals/{gone[-2:]}/{gone}",
        f"renditions/{gone[-2:]}/{gone}.320.jpg",
        f"explanations/{gone}/1/why.json",
        f"explanations/{gone}/1/map.webp",
        "exports/ark-version-99-onnx.zip",
        f"imports/{gone}/model.json",
        f"imports/{gone}/weights.safetensors",
        f"training/{over.id}/checkpoint.safetensors",
    )
    expected = {"orphaned": 1, "renditions": 1, "explanations": 1, "exports": 2, "training": 1}
    assert checked()["found"] == expected
    assert found()["exports"] == ["exports/ark-version-99-onnx.zip", f"imports/{gone}"]
    document = checked(repair=True)
    assert (document["found"], document["removed"]) == ({}, expected)
    assert keys(bucket) == set()


@pytest.mark.usefixtures("a_day_later")
def test_the_mark_of_an_empty_folder_is_nothing_to_remove(bucket: Any, home: Path) -> None:
    run = training_run(state=RunState.FAILED)
    needed = leave(home / "training" / str(run.id) / "checkpoint.safetensors")
    lay("training/", "exports/")
    assert checked(repair=True)["removed"] == {}
    assert needed.exists()


def test_what_is_young_may_be_on_its_way(bucket: Any) -> None:
    lay("exports/ark-version-99-onnx.zip", f"training/{uuid.uuid4()}/log.txt", "models/abc/x.bin")
    before = keys(bucket)
    assert checked(repair=True)["found"] == {}
    assert keys(bucket) == before


@pytest.mark.usefixtures("a_day_later")
def test_what_lies_here_and_there_is_found_once(bucket: Any, home: Path) -> None:
    lay("exports/ark-version-99-onnx.zip")
    leave(home / "exports" / "ark-version-99-onnx.zip")
    leave(home / "exports" / "ark-version-98-onnx.zip")
    assert checked(repair=True)["removed"] == {"exports": 2}
    assert list((home / "exports").iterdir()) == []
    assert keys(bucket) == set()


def test_a_version_that_other_machines_cannot_fetch_is_found_and_put_back(
    bucket: Any, candidate: ModelVersion
) -> None:
    [weights] = [each for each in bucket.objects.all() if each.key.endswith(".safetensors")]
    weights.delete()
    document = checked()
    assert document["found"] == {"versions_damaged": 1}
    [[number, why]] = document["named"]["versions_damaged"]
    assert number == str(candidate.number)
    assert "The bucket does not have weights.safetensors" in why
    assert checked(repair=True)["found"] == {}
    assert checked()["found"] == {}


@pytest.mark.usefixtures("a_day_later")
def test_a_version_in_the_bucket_that_has_no_row_is_found_and_left(bucket: Any) -> None:
    lay("models/abc/weights.safetensors")
    assert checked(repair=True)["named"] == {"versions_unknown": [["models/abc"]]}
    assert files.exists("models/abc/weights.safetensors")


def test_missing_originals_are_looked_for_at_once(bucket: Any, uploader: User, waits: Any) -> None:
    photos = [add_photo(uploader) for _ in range(4)]
    few = waits.during(checked)
    assert set(found()["missing"]) == {str(photo.id) for photo in photos}
    for _ in range(9):
        add_photo(uploader)
    assert waits.during(checked) == few


@pytest.mark.usefixtures("a_day_later")
def test_what_it_takes_is_told(bucket: Any, tmp_path: Path) -> None:
    (tmp_path / "some").write_bytes(b"0123456789")
    gone = uuid.uuid4().hex
    files.put(tmp_path / "some", f"explanations/{gone}/1/map.webp")
    files.put(tmp_path / "some", f"explanations/{gone}/2/map.webp")
    assert checked()["used"]["explanations"] == 20
