"""What is labelled is given away, and comes back as the same data set."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from recognition.exchange import export_rows
from recognition.exchange.exporting import Export, Selection
from recognition.exchange.importing import FolderImport
from recognition.labels import labelling, tree
from recognition.models import Decision, Label, Photo, Via
from recognition.photos import archives, intake
from recognition.photos.intake import Outcome
from tests.support.files import arrived, encoded, picture, zipped
from tests.support.rows import add_photo, settled_photo

pytestmark = pytest.mark.usefixtures("version")


def label(slug: str) -> Label:
    return Label.objects.get(slug=slug)


def stored(owner: User, slug: str, name: str = "photo.jpg", **fields: Any) -> Photo:
    """A labelled photo with its original; each is another picture."""
    seed = Photo.objects.count()
    upload = arrived(encoded(picture(seed=seed)), name)
    [outcome] = intake.accept([(upload, label(slug))], owner)
    Photo.objects.filter(id=outcome.photo.id).update(**fields)
    return Photo.objects.get(id=outcome.photo.id)


def exported(**selection: Any) -> zipfile.ZipFile:
    content = b"".join(Export(Photo.objects.all(), Selection(**selection)).archive())
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return archive


def rows(archive: zipfile.ZipFile, name: str = "photos.csv") -> list[dict[str, str]]:
    text = archive.read(name).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def pictures(archive: zipfile.ZipFile) -> set[str]:
    return {name for name in archive.namelist() if "/" in name}


def data_set(owner: User) -> set[tuple[bytes, str, str]]:
    """Bytes, label and name of each of somebody's photos."""
    return {
        (photo.original_path.read_bytes(), photo.label.slug, photo.name)
        for photo in Photo.objects.filter(owner=owner, label__isnull=False).select_related("label")
    }


def test_there_is_a_folder_for_each_label(uploader: User) -> None:
    dog, taxi = stored(uploader, "dog", "rex.jpg"), stored(uploader, "taxi", "cab.jpg")
    add_photo(uploader)  # nobody labelled it
    archive = exported()
    assert pictures(archive) == {"dog/rex.jpg", "taxi/cab.jpg"}
    assert archive.read("dog/rex.jpg") == dog.original_path.read_bytes()
    assert archive.read("taxi/cab.jpg") == taxi.original_path.read_bytes()
    assert archive.getinfo("dog/rex.jpg").compress_type == zipfile.ZIP_STORED


def test_the_table_says_all_about_each_photo(uploader: User, reviewer: User) -> None:
    photo = settled_photo(uploader)
    labelling.decide(photo.id, label("car"), reviewer, Via.QUEUE)
    photo.refresh_from_db()
    [row] = csv.DictReader(
        io.StringIO(b"".join(Export(Photo.objects.all(), Selection()).table()).decode("utf-8-sig"))
    )
    assert row == {
        "file": "car/photo.jpg",
        "label": "car",
        "name": "photo.jpg",
        "sha256": photo.sha256,
        "width": "96",
        "height": "64",
        "owner": "ursula",
        "labelled_by": "rita",
        "labelled_at": photo.labelled_at.isoformat(),
        "split": photo.split,
        "prediction": "dog",
        "confidence": "0.9",
        "id": str(photo.id),
        **dict.fromkeys(("left", "top", "right", "bottom", "box_by", "taken_at", "camera"), ""),
    }


def test_names_that_could_be_formulas_are_guarded(uploader: User) -> None:
    stored(uploader, "dog", "=1+1.jpg")
    assert rows(exported())[0]["name"] == "'=1+1.jpg"


def test_coco_describes_each_photo_as_one_box(uploader: User) -> None:
    stored(uploader, "taxi"), stored(uploader, "dog")
    coco = json.loads(exported().read("coco.json"))
    assert coco == json.loads(b"".join(Export(Photo.objects.all(), Selection()).coco())) | {
        "info": coco["info"]
    }
    categories = {
        category["id"]: (category["name"], category["supercategory"])
        for category in coco["categories"]
    }
    assert set(categories.values()) == {("taxi", "car"), ("dog", "animal")}
    images = {image["id"]: image for image in coco["images"]}
    assert {
        (images[box["image_id"]]["file_name"], categories[box["category_id"]][0], *box["bbox"])
        for box in coco["annotations"]
    } == {("dog/photo.jpg", "dog", 0, 0, 96, 64), ("taxi/photo.jpg", "taxi", 0, 0, 96, 64)}


def test_labels_stand_behind_those_above_them(uploader: User) -> None:
    stored(uploader, "taxi")
    assert [(row["slug"], row["parent"]) for row in rows(exported(), "labels.csv")] == [
        ("car", ""),
        ("taxi", "car"),
    ]


def test_an_export_can_be_narrowed(uploader: User) -> None:
    stored(uploader, "dog"), stored(uploader, "car"), stored(uploader, "taxi")
    assert pictures(exported(labels=("dog", "car"))) == {"dog/photo.jpg", "car/photo.jpg"}
    assert pictures(exported(kind="vehicle")) == {"car/photo.jpg", "taxi/photo.jpg"}
    by_split = [pictures(exported(split=split)) for split in ("train", "validation", "test")]
    assert sum(map(len, by_split)) == 3
    tomorrow = timezone.now() + timedelta(days=1)
    assert pictures(exported(since=tomorrow)) == set()
    assert len(pictures(exported(before=tomorrow))) == 3


def test_photos_are_read_a_page_at_a_time(uploader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_rows, "_PAGE", 2)
    for _ in range(5):
        stored(uploader, "dog")
    assert len(pictures(exported())) == 5


def test_photos_that_came_at_the_same_moment_are_all_there(
    uploader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_rows, "_PAGE", 2)
    for _ in range(5):
        stored(uploader, "dog")
    Photo.objects.update(created=timezone.now())
    assert len(pictures(exported())) == 5


def test_a_missing_original_breaks_nothing(uploader: User) -> None:
    gone, kept = stored(uploader, "dog", "gone.jpg"), stored(uploader, "dog", "kept.jpg")
    gone.original_path.unlink()
    archive = exported()
    assert pictures(archive) == {"dog/kept.jpg"}
    assert {(row["name"], row["file"]) for row in rows(archive)} == {
        ("gone.jpg", ""),
        ("kept.jpg", "dog/kept.jpg"),
    }
    assert str(gone.id) in archive.read("errors.txt").decode()
    assert [image["file_name"] for image in json.loads(archive.read("coco.json"))["images"]] == [
        "dog/kept.jpg"
    ]
    assert kept.original_path.exists()


def test_nothing_labelled_is_an_empty_data_set() -> None:
    archive = exported()
    assert set(archive.namelist()) == {"photos.csv", "labels.csv", "coco.json"}
    assert rows(archive) == []


NAMES = ("rex.jpg", "REX.jpg", "rex.jpg", "=1+1.jpg", "a/b?.jpg", "狗", "'q.jpg", '"x", y.jpg')


@pytest.fixture
def export(uploader: User, tmp_path: Path) -> Path:
    """An archive of photos with odd names, some of them the same, under a label of its own."""
    tree.add("con", "Convertible, soft-top", "敞篷车", parent=label("car"))
    for number, name in enumerate(NAMES):
        stored(uploader, ("dog", "con")[number % 2], name[-255:])
    path = tmp_path / "export.zip"
    call_command("export_photos", str(path))
    assert [path.name for path in tmp_path.iterdir()] == ["export.zip"]
    return path


def uploaded(export: Path, owner: User) -> list[Outcome]:
    archive = arrived(export.read_bytes(), "export.zip")
    try:
        return archives.accept(archive, True, owner, intake.open_batch(owner))
    finally:
        archive.discard()


def forget_the_label() -> None:
    """As an Ark that never heard of it."""
    Decision.objects.all().delete()
    Photo.objects.filter(label__slug="con").update(label=None)
    Label.objects.get(slug="con").delete()


def test_an_archive_comes_back_as_the_same_data_set(
    export: Path, uploader: User, reviewer: User
) -> None:
    outcomes = uploaded(export, reviewer)
    assert not [outcome for outcome in outcomes if outcome.refusal]
    assert data_set(reviewer) == data_set(uploader)
    assert len(data_set(reviewer)) == len(NAMES)


def test_an_archive_that_was_packed_again_comes_back_too(
    export: Path, uploader: User, reviewer: User
) -> None:
    before = zipfile.ZipFile(export)
    files = {f"my export/{name}": before.read(name) for name in before.namelist()}
    export.write_bytes(zipped({**files, "my export/dog/new.jpg": encoded(picture(seed=99))}))
    assert not [outcome for outcome in uploaded(export, reviewer) if outcome.refusal]
    assert data_set(reviewer) - data_set(uploader) == {
        (encoded(picture(seed=99)), "dog", "new.jpg")
    }


def test_a_table_that_somebody_wrote_does_no_harm(export: Path, reviewer: User) -> None:
    before = zipfile.ZipFile(export)
    files = {name: before.read(name) for name in before.namelist()}
    odd = 'dog/rex.jpg,dog,"a\0b\nc"\ndog/狗.jpg,un\0icorn,\n../x,dog,y\n' + "z" * 9999
    files["photos.csv"] = ("file,label,name\n" + odd).encode()
    files["labels.csv"] = b"slug,name_en,name_zh,kind,parent\nunicorn,a\0b,c,mineral,unicorn\n"
    export.write_bytes(zipped(files))
    with pytest.raises(archives.UnreadableArchive) as told:
        uploaded(export, reviewer)
    codes = {refusal.code for refusal in told.value.refusals}
    assert codes == {"table_file_missing", "table_no_label", "table_bad_kind"}
    assert not Photo.objects.filter(owner=reviewer).exists()


def test_an_unpacked_archive_comes_back_as_the_same_data_set(
    export: Path, uploader: User, reviewer: User, tmp_path: Path
) -> None:
    zipfile.ZipFile(export).extractall(tmp_path / "unpacked")
    outcomes = list(FolderImport(tmp_path / "unpacked", reviewer, labelled=True))
    assert not [outcome for outcome in outcomes if outcome.refusal]
    assert data_set(reviewer) == data_set(uploader)


def test_who_may_add_labels_brings_those_that_are_missing(
    export: Path, uploader: User, reviewer: User
) -> None:
    before = data_set(uploader)
    forget_the_label()
    outcomes = uploaded(export, reviewer)
    assert not [outcome for outcome in outcomes if outcome.refusal]
    assert data_set(reviewer) == before
    con = label("con")
    assert (con.name_en, con.name_zh) == ("Convertible, soft-top", "敞篷车")
    assert (con.kind, con.parent) == ("vehicle", label("car"))


def test_who_may_not_add_labels_is_told_what_to_do(
    export: Path, uploader: User, other_uploader: User
) -> None:
    forget_the_label()
    outcomes = uploaded(export, other_uploader)
    refused = {outcome.refusal.code for outcome in outcomes if outcome.refusal}
    assert refused == {"unknown_label"}
    assert Photo.objects.filter(owner=other_uploader).count() == len(NAMES) / 2


def test_a_folder_brings_missing_labels_if_asked(
    export: Path, uploader: User, reviewer: User, tmp_path: Path
) -> None:
    before = data_set(uploader)
    forget_the_label()
    zipfile.ZipFile(export).extractall(tmp_path / "unpacked")
    work = FolderImport(tmp_path / "unpacked", reviewer, labelled=True, makes_labels=True)
    assert not [outcome for outcome in work if outcome.refusal]
    assert data_set(reviewer) == before
    assert label("con").parent == label("car")


def test_the_command_knows_its_labels(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("export_photos", str(tmp_path / "a.zip"), "--label", "unicorn")
    with pytest.raises(CommandError):
        call_command("export_photos", str(tmp_path / "nowhere" / "a.zip"))


def test_a_photo_that_is_relabelled_meanwhile_comes_with_one_label_only(uploader: User) -> None:
    first, second = stored(uploader, "car"), stored(uploader, "dog")
    lines = Export(Photo.objects.all(), Selection()).table()
    text = b"".join(islice(lines, 2)).decode("utf-8-sig")
    labelling.decide(first.id, label("taxi"), uploader, Via.PAGE)
    text += b"".join(lines).decode()
    found = [(row["id"], row["label"]) for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert found == [(str(first.id), "car"), (str(second.id), "dog")]
