"""Versions, runs, bundles and explanations that go from one machine to another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import User

from recognition.explanations import kept
from recognition.files import of_bundles, of_runs, of_versions
from recognition.models import LiveChange, Mode, ModelVersion, Photo
from recognition.versions import pretrained, registry
from tests.support.rows import add_photo, training_run, version_folder

pytestmark = [pytest.mark.usefixtures("bucket", "version"), pytest.mark.django_db]


@pytest.fixture
def candidate(tmp_path: Path, settings: Any) -> ModelVersion:
    settings.ARK_MODELS_STORE = tmp_path / "store"
    settings.ARK_MODELS_STORE.mkdir()
    version_folder(tmp_path / "result")
    return registry.add_candidate(tmp_path / "result", None)


def test_a_version_is_fetched_once_a_machine(
    candidate: ModelVersion, bucket: Any, another_machine: Callable[[], None]
) -> None:
    files = {path.name: path.read_bytes() for path in candidate.folder.iterdir()}
    another_machine()
    assert not candidate.folder.exists()
    fetched = of_versions.folder(candidate)
    assert {path.name: path.read_bytes() for path in fetched.iterdir()} == files
    bucket.objects.all().delete()
    assert of_versions.folder(candidate).is_dir()


def test_a_version_that_was_changed_in_the_bucket_does_not_go_live(
    candidate: ModelVersion, bucket: Any, another_machine: Callable[[], None]
) -> None:
    [weights] = [each for each in bucket.objects.all() if each.key.endswith(".safetensors")]
    weights.put(Body=b"something else")
    another_machine()
    with pytest.raises(registry.CannotPromote, match="damaged"):
        registry.promote(candidate, None)


def test_a_first_version_that_was_built_and_not_shared_is_shared_with_the_next_start(
    network: Path, bucket: Any, settings: Any, another_machine: Callable[[], None]
) -> None:
    LiveChange.objects.all().delete()
    ModelVersion.objects.all().delete()
    settings.ARK_MODELS_STORE = network.parent
    pretrained.ensure_first(print)
    another_machine()
    assert of_versions.folder(ModelVersion.objects.get(number=1)).is_dir()


def test_a_run_goes_on_with_what_another_machine_shared(
    another_machine: Callable[[], None], uploader: User
) -> None:
    run = training_run(mode=Mode.FROM_SCRATCH)
    of_runs.fetch(run)
    (run.folder / "checkpoint.safetensors").write_bytes(b"epoch 3")
    of_runs.share(run)
    another_machine()
    assert of_runs.is_there(run)
    of_runs.mark(run, "finish-now", is_set=True)
    of_runs.fetch(run)
    names = {path.name: path.read_bytes() for path in run.folder.iterdir()}
    assert names == {"checkpoint.safetensors": b"epoch 3", "finish-now": b""}
    of_runs.remove(run)
    assert not of_runs.is_there(run)


def test_a_run_finds_the_originals_that_are_still_there(uploader: User, bucket: Any) -> None:
    run, photo, gone = training_run(), add_photo(uploader), Photo()
    bucket.put_object(Key=f"originals/{photo.id.hex[-2:]}/{photo.id.hex}", Body=b"a photo")
    of_runs.fetch(run)
    of_runs.bring_originals(run, [photo.id, gone.id])
    assert (run.folder / of_runs.place_of_original(photo.id)).read_bytes() == b"a photo"
    assert not (run.folder / of_runs.place_of_original(gone.id)).exists()
    of_runs.drop_originals(run)
    assert list(run.folder.iterdir()) == []


def test_an_export_of_one_machine_is_downloaded_from_another(settings: Any, tmp_path: Path) -> None:
    settings.ARK_EXPORTS = tmp_path / "exports"
    path = settings.ARK_EXPORTS / "ark-version-1-onnx.zip"
    path.parent.mkdir()
    path.write_bytes(b"PK")
    of_bundles.export_made(path)
    path.unlink()
    assert of_bundles.exports_are_there([path]) == [True]
    assert of_bundles.export(path).read_bytes() == b"PK"


def test_an_import_is_unpacked_on_one_machine_and_checked_on_another(
    settings: Any, tmp_path: Path
) -> None:
    settings.ARK_IMPORTS = tmp_path / "one"
    version_folder(settings.ARK_IMPORTS / "abc")
    of_bundles.share_import("abc")
    settings.ARK_IMPORTS = tmp_path / "other"
    assert (of_bundles.imported("abc") / "model.json").is_file()
    of_bundles.remove_import("abc")
    settings.ARK_IMPORTS = tmp_path / "third"
    assert not of_bundles.imported("abc").exists()


def test_an_explanation_is_read_as_it_was_written_last(
    uploader: User, another_machine: Callable[[], None], settings: Any
) -> None:
    photo, reader = add_photo(uploader), configured.MEDIA_ROOT
    kept.keep(photo.id, 1, "why", {"is_checked": False})
    another_machine()
    assert kept.read(photo.id, 1, "why") == {"is_checked": False}
    here, settings.MEDIA_ROOT = settings.MEDIA_ROOT, reader
    kept.keep(photo.id, 1, "why", {"is_checked": True}, {"map": b"RIFF"})
    settings.MEDIA_ROOT = here
    assert kept.read(photo.id, 1, "why") == {"is_checked": True}
    assert kept.picture(photo.id, 1, "map").read_bytes() == b"RIFF"
    kept.forget(photo.id)
    assert kept.read(photo.id, 1, "why") is None
