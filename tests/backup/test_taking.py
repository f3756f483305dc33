"""A backup holds one moment, whole; what is there already is not copied again."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from recognition.backup import taking, verifying
from recognition.backup.layout import BadBackup, Manifest
from recognition.backup.places import opened
from recognition.models import Photo
from recognition.photos import deletion, intake
from recognition.versions.registry import register
from tests.storage.conftest import flip
from tests.support.files import arrived, encoded, picture
from tests.support.rows import version_folder

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_places(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.ARK_MODELS_STORE = tmp_path / "models_store"
    register(1, version_folder(settings.ARK_MODELS_STORE / "1"))


@pytest.fixture(params=["folder", "file.zip"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / request.param


def stored(owner: User, seed: int = 0) -> Photo:
    [outcome] = intake.accept([(arrived(encoded(picture(seed=seed))), None)], owner)
    return outcome.photo


def wrong(place: Path) -> list[str]:
    with opened(place) as backup:
        name, manifest = verifying.read_manifest(backup)
        return [text for text in verifying.problems(backup, name, manifest) if text]


def originals_in(place: Path) -> list[str]:
    with opened(place) as backup:
        name, _manifest = verifying.read_manifest(backup)
        return sorted(id_ for id_, *_ in verifying.needed(backup, name))


def meanwhile(act: Callable[[], Any]) -> Callable[[int, int], None]:
    """Does it once, while the originals are copied."""
    left = [act]

    def on_progress(_done: int, _total: int) -> None:
        if left:
            left.pop()()

    return on_progress


def test_a_backup_is_whole(place: Path, uploader: User) -> None:
    photos = [stored(uploader, seed) for seed in range(3)]
    taken = taking.take(place, with_secrets=False)
    assert (wrong(place), taken.damaged) == ([], [])
    assert originals_in(place) == sorted(str(photo.id) for photo in photos)
    assert set(taken.manifest.versions) == {"1"}


def test_what_comes_meanwhile_is_wholly_out(place: Path, uploader: User) -> None:
    first = stored(uploader)
    taken = taking.take(place, False, meanwhile(lambda: stored(uploader, 1)))
    assert originals_in(place) == [str(first.id)]
    assert taken.manifest.tables["recognition.photo"] == 1
    assert taken.damaged == []


def test_what_is_deleted_meanwhile_is_noted(place: Path, uploader: User) -> None:
    photos = sorted((stored(uploader, seed) for seed in range(2)), key=lambda photo: photo.id)
    last = photos[-1]
    last_id, path = last.id, last.original_path

    def delete_for_good() -> None:
        deletion.delete_photo(last)
        path.unlink(missing_ok=True)
        from recognition.storage import tables

        for rows in tables.everything():
            rows.filter(id=last_id).delete()

    taken = taking.take(place, False, meanwhile(delete_for_good))
    assert taken.manifest.gone == [str(last_id)]
    assert (taken.damaged, wrong(place)) == ([], [])


def test_a_second_run_copies_only_what_is_new(tmp_path: Path, uploader: User) -> None:
    stored(uploader)
    place = tmp_path / "folder"
    first = taking.take(place, False)
    photo = stored(uploader, 1)
    second = taking.take(place, False)
    assert second.added == [photo.sha256]
    with opened(place) as backup:
        assert backup.snapshots() == [first.snapshot, second.snapshot]
        assert verifying.read_manifest(backup, first.snapshot)[1].tables["recognition.photo"] == 1


def test_a_damaged_original_is_named_and_the_rest_is_backed_up(place: Path, uploader: User) -> None:
    damaged, whole, missing = (stored(uploader, seed) for seed in range(3))
    flip(damaged.original_path)
    missing.original_path.unlink()
    taken = taking.take(place, False)
    assert sorted(taken.manifest.damaged) == sorted([str(damaged.id), str(missing.id)])
    assert len(taken.damaged) == 2
    assert originals_in(place) == [str(whole.id)]
    assert wrong(place) == []


def test_an_interrupted_backup_leaves_no_snapshot_and_may_be_run_again(
    place: Path, uploader: User
) -> None:
    stored(uploader)

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        taking.take(place, False, meanwhile(interrupt))
    if place.suffix:
        assert not place.exists()
        assert list(place.parent.glob(".file*")) == []
    else:
        with opened(place) as backup, pytest.raises(BadBackup):
            verifying.read_manifest(backup)
    taking.take(place, False)
    assert wrong(place) == []


def test_damage_in_a_backup_is_found(tmp_path: Path, uploader: User) -> None:
    photo, place = stored(uploader), tmp_path / "folder"
    snapshot = taking.take(place, False).snapshot
    flip(place / "objects" / photo.sha256[:2] / photo.sha256)
    flip(place / "snapshots" / snapshot / "tables" / "recognition.photo.jsonl.gz")
    assert len(wrong(place)) == 2
    flip(place / "snapshots" / snapshot / "manifest.json")
    with pytest.raises(BadBackup):
        wrong(place)


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "file.zip"
    path.write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        taking.take(path, False)
    assert path.read_bytes() == b"precious"


def test_secrets_stay_out_unless_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tmp_path / "secret-key"
    key.write_text("a key")
    monkeypatch.setattr(taking, "SECRET_KEY_FILE", key)
    taking.take(tmp_path / "without.zip", False)
    taking.take(tmp_path / "with.zip", True)
    names = [zipfile.ZipFile(tmp_path / name).namelist() for name in ("without.zip", "with.zip")]
    assert [any("secret" in name for name in of_one) for of_one in names] == [False, True]


@pytest.mark.parametrize(
    "trick",
    [
        {"versions": {"../../etc": {"passwd": "0" * 64}}},
        {"versions": {"1": {"../model.json": "0" * 64}}},
        {"versions": {"1": {"/etc/passwd": "0" * 64}}},
        {"versions": {"1": {"model.json": "../../x"}}},
        {"versions": {"..": {}}},
        {"tables": {"../x": 1}},
        {"tables": 7},
        {"unknown": 1},
    ],
)
def test_names_that_lead_elsewhere_are_refused(trick: dict[str, Any]) -> None:
    from recognition.backup import layout
    from recognition.cnn.manifest import sha256_of_fields

    plain = Manifest("now", "sqlite", {}, {}, {}, {})
    document = layout.to_document(plain)
    document["backup"] |= trick
    document["sha256"] = sha256_of_fields(document["backup"])
    with pytest.raises(BadBackup):
        layout.from_document(document)
