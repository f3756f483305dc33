"""Boxes go out in true pixels, and come back as people drew them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from recognition.exchange import yolo
from recognition.exchange.exporting import Export, Selection
from recognition.exchange.importing import FolderImport, NotUnderstood
from recognition.labels import labelling
from recognition.labels.annotating import annotate
from recognition.models import ModelVersion, Photo, Split, Via
from tests.exchange.test_exporting import exported, label, rows, stored, uploaded
from tests.support.rows import found_subject, subject_version

pytestmark = pytest.mark.usefixtures("version")

DRAWN, FOUND, PART = [0.25, 0.25, 0.75, 1.0], [0.0, 0.0, 0.5, 0.5], [0.5, 0.5, 1.0, 1.0]


@pytest.fixture
def drawn(uploader: User, version: ModelVersion) -> Photo:
    """A dog of which somebody said where it is, with a car beside it."""
    photo = stored(uploader, "dog", "drawn.jpg")
    labelling.decide(photo.id, label("dog"), uploader, Via.PAGE, box=DRAWN)
    annotate(photo.id, PART, label("car"), uploader)
    return photo


@pytest.fixture
def found(uploader: User, version: ModelVersion) -> Photo:
    """A dog where the network found one."""
    subject_version()
    photo = stored(uploader, "dog", "found.jpg")
    found_subject(photo, FOUND, "dog")
    found_subject(photo, PART, "car")
    return photo


def coco() -> dict[str, Any]:
    return json.loads(b"".join(Export(Photo.objects.all(), Selection()).coco()))


def boxes_in(coco: dict[str, Any]) -> set[tuple[Any, ...]]:
    images = {image["id"]: image["file_name"] for image in coco["images"]}
    names = {category["id"]: category["name"] for category in coco["categories"]}
    return {
        (images[box["image_id"]], names[box["category_id"]], *box["bbox"])
        for box in coco["annotations"]
    }


@pytest.mark.usefixtures("drawn", "found")
def test_coco_has_a_box_for_each_label_in_pixels(uploader: User) -> None:
    stored(uploader, "taxi", "whole.jpg")
    assert boxes_in(coco()) == {
        ("dog/drawn.jpg", "dog", 24, 16, 48, 48),
        ("dog/drawn.jpg", "car", 48, 32, 48, 32),
        ("dog/found.jpg", "dog", 0, 0, 48, 32),
        ("taxi/whole.jpg", "taxi", 0, 0, 96, 64),
    }


@pytest.mark.usefixtures("drawn")
def test_coco_has_what_tools_ask_for() -> None:
    first, second = coco()["annotations"]
    assert first["segmentation"] == [[24, 16, 72, 16, 72, 64, 24, 64]]
    assert (first["area"], first["iscrowd"]) == (48 * 48, 0)
    assert (first["id"], second["id"]) == (1, 2)


@pytest.mark.usefixtures("drawn", "found")
def test_coco_has_polygons_for_masks() -> None:
    """pycocotools' annToMask reads a list of polygons of x, y, x, y, ..., at least three points."""
    document = coco()
    images = {image["id"]: image for image in document["images"]}
    assert len(document["annotations"]) == 3
    for annotation in document["annotations"]:
        image = images[annotation["image_id"]]
        [polygon] = annotation["segmentation"]
        assert len(polygon) >= 6
        across, down = polygon[::2], polygon[1::2]
        left, top, width, height = annotation["bbox"]
        assert (min(across), max(across), min(down), max(down)) == (
            *(left, left + width),
            *(top, top + height),
        )
        assert 0 <= min(across) < max(across) <= image["width"]
        assert 0 <= min(down) < max(down) <= image["height"]
        assert annotation["area"] == width * height
        assert annotation["iscrowd"] == 0


@pytest.mark.usefixtures("drawn", "found")
def test_pycocotools_makes_masks_of_it(tmp_path: Path) -> None:
    tools = pytest.importorskip("pycocotools.coco")
    path = tmp_path / "coco.json"
    path.write_text(json.dumps(coco()))
    data_set = tools.COCO(str(path))
    for annotation in data_set.loadAnns(data_set.getAnnIds()):
        assert data_set.annToMask(annotation).sum() == annotation["area"]


@pytest.mark.usefixtures("drawn", "found")
def test_the_table_says_who_said_where_it_is() -> None:
    by_name = {row["name"]: row for row in rows(exported())}
    edges = ("left", "top", "right", "bottom", "box_by")
    assert [by_name["drawn.jpg"][edge] for edge in edges] == [*map(str, DRAWN), "person"]
    assert [by_name["found.jpg"][edge] for edge in edges] == [*map(str, FOUND), "network"]
    [part] = rows(exported(), "annotations.csv")
    assert part == {
        "file": "dog/drawn.jpg",
        "label": "car",
        **dict(zip(edges, map(str, PART), strict=False)),
    }


@pytest.mark.usefixtures("drawn")
def test_labels_of_parts_are_described_too() -> None:
    assert [row["slug"] for row in rows(exported(), "labels.csv")] == ["car", "dog"]


def marks(owner: User) -> set[tuple[Any, ...]]:
    """Name, box and further labels of each of somebody's photos."""
    return {
        (
            photo.name,
            str(photo.box),
            *((part.label.slug, str(part.box)) for part in photo.annotations.all()),
        )
        for photo in Photo.objects.filter(owner=owner)
    }


WHAT_PEOPLE_SAID = {
    ("drawn.jpg", str(DRAWN), ("car", str(PART))),
    ("found.jpg", "None"),  # what the network found, another network finds again
}


@pytest.mark.usefixtures("drawn", "found")
@pytest.mark.parametrize("format", ["folders", "yolo"])
def test_an_archive_comes_back_with_what_people_said(
    format: str, reviewer: User, tmp_path: Path
) -> None:
    path = tmp_path / "export.zip"
    call_command("export_photos", str(path), "--format", format)
    assert not [outcome for outcome in uploaded(path, reviewer) if outcome.refusal]
    assert marks(reviewer) == WHAT_PEOPLE_SAID
    assert set(Photo.objects.filter(owner=reviewer).values_list("label__slug", flat=True)) == {
        "dog"
    }


@pytest.mark.usefixtures("drawn", "found")
@pytest.mark.parametrize("is_there", [False, True])
def test_a_folder_comes_back_with_what_people_said(
    is_there: bool, reviewer: User, tmp_path: Path
) -> None:
    """Also where the photos are there already, without a label."""
    exported().extractall(tmp_path)
    for labelled in (False, True) if is_there else (True,):
        outcomes = list(FolderImport(tmp_path, reviewer, labelled))
        assert not [outcome for outcome in outcomes if outcome.refusal]
    assert marks(reviewer) == WHAT_PEOPLE_SAID


def test_a_table_of_an_earlier_ark_has_no_boxes(
    drawn: Photo, reviewer: User, tmp_path: Path
) -> None:
    exported().extractall(tmp_path)
    (tmp_path / "annotations.csv").unlink()
    (tmp_path / "photos.csv").write_text("file,label,name\ndog/drawn.jpg,dog,old.jpg\n")
    list(FolderImport(tmp_path, reviewer, labelled=True))
    assert marks(reviewer) == {("old.jpg", "None")}


@pytest.mark.parametrize("edge", ["nan", "", "7", "x"])
def test_a_box_that_makes_no_sense_is_told_before_anything_changes(
    edge: str, drawn: Photo, reviewer: User, tmp_path: Path
) -> None:
    exported().extractall(tmp_path)
    for name in ("photos.csv", "annotations.csv"):
        table = (tmp_path / name).read_text("utf-8-sig")
        (tmp_path / name).write_text(table.replace("1.0", edge))
    with pytest.raises(NotUnderstood) as told:
        FolderImport(tmp_path, reviewer, labelled=True)
    assert [line.split(":")[0] for line in str(told.value).splitlines()] == [
        "photos.csv, line 2",
        "annotations.csv, line 2",
    ]
    assert marks(reviewer) == set()


def yolo_archive() -> zipfile.ZipFile:
    content = b"".join(Export(Photo.objects.all(), Selection()).yolo())
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return archive


def test_yolo_has_images_and_boxes_by_split(drawn: Photo) -> None:
    folder = {Split.TRAIN: "train", Split.VALIDATION: "val", Split.TEST: "test"}[drawn.split]
    archive = yolo_archive()
    assert archive.read(f"images/{folder}/drawn.jpg") == drawn.original_path.read_bytes()
    assert archive.read(f"labels/{folder}/drawn.txt").decode() == (
        "0 0.500000 0.625000 0.500000 0.750000\n1 0.750000 0.750000 0.500000 0.500000\n"
    )
    assert archive.read("dataset.yaml").decode() == (
        "path: .\ntrain: images/train\nval: images/val\ntest: images/test\n"
        'names:\n  0: "dog"\n  1: "car"\n'
    )


def test_yolo_takes_what_is_neither_for_background(uploader: User) -> None:
    stored(uploader, "neither", "meadow.jpg")
    archive = yolo_archive()
    [boxes] = [name for name in archive.namelist() if name.endswith(".txt")]
    assert archive.read(boxes) == b""
    assert b"names: {}" in archive.read("dataset.yaml")


def test_names_of_yolo_differ_without_their_suffix() -> None:
    names = yolo.Names()
    taken = [names.take(Split.TRAIN, name) for name in ("a.jpg", "a.png", "A.jpg", "a.b.jpg")]
    assert taken == [f"images/train/{name}" for name in ("a.jpg", "a-2.png", "A-3.jpg", "a.b.jpg")]
    assert yolo.labels_file(taken[1]) == "labels/train/a-2.txt"


def test_a_missing_original_breaks_nothing_in_yolo(drawn: Photo) -> None:
    drawn.original_path.unlink()
    archive = yolo_archive()
    assert not [name for name in archive.namelist() if name.startswith(("images", "labels/"))]
    [row] = csv.DictReader(io.StringIO(archive.read("photos.csv").decode("utf-8-sig"), newline=""))
    assert row["file"] == ""
    assert "errors.txt" in archive.namelist()
