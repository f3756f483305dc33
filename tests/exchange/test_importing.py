"""Photos of a folder on the server come in, and their files stay as they are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from recognition.exchange.importing import FolderImport
from recognition.labels import tree
from recognition.models import Batch, Label, Photo
from recognition.photos import intake
from recognition.photos.intake import Outcome
from tests.support.files import encoded, incoming, picture

pytestmark = pytest.mark.usefixtures("version")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six photos in folders named after labels."""
    for seed, name in enumerate(["dog/a", "dog/b", "Car/a", "car/deep/a", "出租车/a", "a"]):
        add(tmp_path, f"{name}.jpg", encoded(picture(seed=seed)))
    return tmp_path


def add(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def run(folder: Path, owner: User, **options: Any) -> dict[str, str]:
    """What became of each file: "new", "here", or the code of its refusal."""
    outcomes = list(FolderImport(folder, owner, **options))
    assert incoming() == []
    return {outcome.name: what_became_of(outcome) for outcome in outcomes}


def what_became_of(outcome: Outcome) -> str:
    if outcome.refusal:
        return outcome.refusal.code
    if outcome.is_left_out:
        return "left out"
    return "here" if outcome.is_duplicate else "new"


def test_all_photos_below_the_folder_come_in_together(folder: Path, uploader: User) -> None:
    assert set(run(folder, uploader).values()) == {"new"}
    assert Photo.objects.filter(batch=Batch.objects.get(), owner=uploader).count() == 6
    assert not Photo.objects.filter(label__isnull=False).exists()


def test_the_files_stay_as_they_are(folder: Path, uploader: User) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*.jpg")}
    run(folder, uploader)
    assert {path: path.read_bytes() for path in folder.rglob("*.jpg")} == before
    originals = [photo.original_path for photo in Photo.objects.all()]
    assert {path.read_bytes() for path in originals} == set(before.values())
    assert all(path.stat().st_nlink == 1 for path in originals)  # to edit one is not to edit both


def test_folders_name_labels_by_slug_or_in_either_language(folder: Path, uploader: User) -> None:
    outcomes = run(folder, uploader, labelled=True)
    assert {name for name, code in outcomes.items() if code == "unknown_label"} == {
        "a.jpg",
        "car/deep/a.jpg",
    }
    slugs = sorted(Photo.objects.values_list("label__slug", flat=True))
    assert slugs == ["car", "dog", "dog", "taxi"]


def test_labels_that_are_not_here_are_made_if_asked(folder: Path, uploader: User) -> None:
    outcomes = run(folder, uploader, labelled=True, makes_labels=True)
    assert outcomes["car/deep/a.jpg"] == "new"
    deep = Label.objects.get(slug="deep")
    assert (deep.kind, deep.name_en, deep.photos.count()) == ("other", "deep", 1)


def test_each_new_name_makes_one_label_however_often_it_comes(
    tmp_path: Path, uploader: User
) -> None:
    names = ["越野车", "собака", "C++", "C", "Red Panda Cub", "red-panda-cub", "x" * 90]
    for seed, name in enumerate(names):
        add(tmp_path, f"{name}/a.jpg", encoded(picture(seed=seed)))
    before = Label.objects.count()
    assert set(run(tmp_path, uploader, labelled=True, makes_labels=True).values()) == {"new"}
    labels = set(Photo.objects.values_list("label__slug", flat=True))
    assert len(labels) == len(names) == Label.objects.count() - before
    for seed, name in enumerate(names, start=50):
        add(tmp_path, f"{name.upper()}/b.jpg", encoded(picture(seed=seed)))
    run(tmp_path, uploader, labelled=True, makes_labels=True)
    assert Photo.objects.count() == 2 * len(names)
    assert set(Photo.objects.values_list("label__slug", flat=True)) == labels


def test_folders_whose_accents_are_taken_apart_name_labels_too(
    tmp_path: Path, uploader: User
) -> None:
    tree.add("", "Käfer", "甲虫", "animal")
    add(tmp_path, "ka\u0308fer/Mai\u0308.jpg", encoded(picture()))
    assert set(run(tmp_path, uploader, labelled=True).values()) == {"new"}
    photo = Photo.objects.get()
    assert (photo.label.slug, photo.name) == ("kafer", "Mai\u0308.jpg")


def test_a_table_names_files_whose_accents_are_taken_apart(tmp_path: Path, uploader: User) -> None:
    add(tmp_path, "x/ka\u0308fer.jpg", encoded(picture()))
    table = "file,label,name\nx/käfer.jpg,dog,shown.jpg\n"
    (tmp_path / "photos.csv").write_text(table, encoding="utf-8")
    assert run(tmp_path, uploader, labelled=True) == {"x/ka\u0308fer.jpg": "new"}
    photo = Photo.objects.get()
    assert (photo.label.slug, photo.name) == ("dog", "shown.jpg")


def test_a_folder_whose_name_several_labels_have_is_refused(tmp_path: Path, uploader: User) -> None:
    Label.objects.create(slug="cab", name_en="Taxi", name_zh="的士", kind="vehicle")
    add(tmp_path, "Taxi/a.jpg", encoded(picture()))
    add(tmp_path, "cab/b.jpg", encoded(picture(seed=1)))
    outcomes = run(tmp_path, uploader, labelled=True, makes_labels=True)
    assert outcomes == {"Taxi/a.jpg": "ambiguous_label", "cab/b.jpg": "new"}


def test_a_retired_label_is_not_given(folder: Path, uploader: User) -> None:
    tree.set_active(Label.objects.get(slug="dog"), False)
    outcomes = run(folder, uploader, labelled=True, makes_labels=True)
    assert outcomes["dog/a.jpg"] == "unknown_label"


def test_run_again_nothing_is_copied(
    folder: Path, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(folder, uploader)
    monkeypatch.setattr("recognition.exchange.importing._copy", None)
    assert set(run(folder, uploader).values()) == {"here"}
    assert Batch.objects.count() == 1


def test_a_broken_import_goes_on_where_it_was(
    folder: Path, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "CHUNK", 2)
    work = iter(FolderImport(folder, uploader))
    next(work)
    assert Photo.objects.count() == 2
    assert sorted(run(folder, uploader).values()) == ["here"] * 2 + ["new"] * 4


def test_to_stop_leaves_whole_photos_only(
    folder: Path, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "CHUNK", 2)
    work = FolderImport(folder, uploader)
    for _ in work:
        work.stop()
    assert Photo.objects.count() == 2
    assert all(photo.original_path.exists() for photo in Photo.objects.all())


def test_even_an_interrupted_copy_leaves_nothing(
    folder: Path, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(intake, "accept", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(folder, uploader)
    assert incoming() == []


def test_a_photo_without_a_label_gets_that_of_its_folder(folder: Path, uploader: User) -> None:
    run(folder, uploader)
    run(folder, uploader, labelled=True)
    assert Photo.objects.filter(label__slug="dog").count() == 2


def test_a_label_that_people_set_meanwhile_stays(folder: Path, uploader: User) -> None:
    run(folder, uploader, labelled=True)
    Photo.objects.filter(label__slug="dog").update(label=Label.objects.get(slug="car"))
    run(folder, uploader, labelled=True)
    assert not Photo.objects.filter(label__slug="dog").exists()


def test_bad_files_are_refused_alone(tmp_path: Path, uploader: User, settings: Any) -> None:
    settings.ARK_MAX_UPLOAD_MB = 1
    add(tmp_path, "good.jpg", encoded(picture()))
    add(tmp_path, "again.jpg", encoded(picture()))
    add(tmp_path, "broken.jpg", encoded(picture())[:500])
    add(tmp_path, "letter.txt", b"Dear Sir, this is no photo.")
    add(tmp_path, "huge.jpg", encoded(picture())[:100] + bytes(2_000_000))
    add(tmp_path, ".hidden.jpg", b"junk")
    add(tmp_path, "__MACOSX/._a.jpg", b"junk")
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    assert run(tmp_path, uploader) == {
        "again.jpg": "new",
        "good.jpg": "here",
        "broken.jpg": "truncated",
        "letter.txt": "not_an_image",
        "huge.jpg": "too_large",
        "gone.jpg": "unreadable",
        "pipe.jpg": "unreadable",
        ".hidden.jpg": "left out",
        "__MACOSX/._a.jpg": "left out",
    }


@pytest.mark.parametrize("system", ["@eaDir", "#recycle", "$RECYCLE.BIN", "lost+found", ".Trash"])
def test_what_systems_add_is_no_photo_and_no_label(
    system: str, tmp_path: Path, uploader: User
) -> None:
    add(tmp_path, "dog/a.jpg", encoded(picture()))
    add(tmp_path, f"dog/{system}/b.jpg", encoded(picture(seed=1)))
    add(tmp_path, f"{system}/deep/c.jpg", encoded(picture(seed=2)))
    assert run(tmp_path, uploader, labelled=True, makes_labels=True) == {
        "dog/a.jpg": "new",
        f"dog/{system}/b.jpg": "left out",
        f"{system}/deep/c.jpg": "left out",
    }
    assert Photo.objects.get().label.slug == "dog"


def test_a_folder_that_is_hidden_itself_can_be_imported(tmp_path: Path, uploader: User) -> None:
    add(tmp_path, ".photos/a.jpg", encoded(picture()))
    assert run(tmp_path / ".photos", uploader) == {"a.jpg": "new"}


def test_the_command_tells_how_much_was_left_out(
    folder: Path, uploader: User, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("dog/Thumbs.db", "._a.jpg"):
        add(folder, name, b"junk")
    call_command("import_photos", str(folder), "--owner", "ursula")
    told = capsys.readouterr().out
    assert "6 imported, 0 here already, 0 not accepted." in told
    assert "2 system files left out." in told


def test_names_that_are_no_unicode(tmp_path: Path, uploader: User) -> None:
    (tmp_path / os.fsdecode(b"\xff\xfe.jpg")).write_bytes(encoded(picture()))
    assert run(tmp_path, uploader) == {"??.jpg": "new"}


def test_the_command_tells_what_it_did(
    folder: Path, uploader: User, capsys: pytest.CaptureFixture[str]
) -> None:
    add(folder, "letter.txt", b"Dear Sir")
    with pytest.raises(SystemExit) as end:
        call_command("import_photos", str(folder), "--owner", "ursula")
    assert end.value.code == 1
    told = capsys.readouterr()
    assert "6 imported, 0 here already, 1 not accepted." in told.out
    assert f"/batches/{Batch.objects.get().id}/" in told.out
    assert "letter.txt: not_an_image: This file is not a photo." in told.err
    (folder / "letter.txt").unlink()
    call_command("import_photos", str(folder), "--owner", "ursula", "--labelled", "--create-labels")
    assert "0 imported, 6 here already" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("folder", "owner", "options"),
    [("/nowhere", "ursula", ()), ("/tmp", "nobody", ()), ("/tmp", "ursula", ("--create-labels",))],
)
def test_the_command_refuses_what_makes_no_sense(
    folder: str, owner: str, options: tuple[str, ...], uploader: User
) -> None:
    with pytest.raises(CommandError):
        call_command("import_photos", folder, "--owner", owner, *options)


def test_a_folder_that_cannot_be_read_is_told(
    folder: Path, uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def forbid_one(path: str) -> Any:
        if str(path) == str(folder / "dog"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", forbid_one)
    outcomes = run(folder, uploader)
    assert outcomes.pop("dog") == "unreadable"
    assert set(outcomes.values()) == {"new"}
