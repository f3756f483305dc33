"""The tables beside an exported data set."""

from __future__ import annotations

import csv
import io
from pathlib import PurePosixPath
from typing import IO

import pytest

from recognition.photos.folders import dataset_tables
from recognition.photos.folders.dataset_tables import Described

FOLDER = PurePosixPath("set")
HEAD = "file,label,name\n"


def read(**contents: str | bytes) -> dataset_tables.DataSet:
    def open_file(name: str) -> IO[bytes] | None:
        content = contents.get(name.split(".")[0])
        if content is None:
            return None
        return io.BytesIO(content.encode() if isinstance(content, str) else content)

    return dataset_tables.read(FOLDER, open_file)


def test_lines_are_a_table_of_unicode() -> None:
    lines = b"".join(dataset_tables.csv_lines(("a", "b"), [{"a": '"x",\ny', "b": "=汽车"}]))
    assert list(csv.reader(io.StringIO(lines.decode("utf-8-sig"), newline=""))) == [
        ["a", "b"],
        ['"x",\ny', "'=汽车"],
    ]


def test_a_photo_is_what_the_table_says() -> None:
    data_set = read(photos=HEAD + "con_/a.jpg,con,a?.jpg\ndog/b.jpg,dog,b.jpg\n")
    assert data_set.describe(FOLDER / "con_/a.jpg") == Described("a?.jpg", "con")
    assert data_set.describe(FOLDER / "dog/b.jpg") == Described("b.jpg", "dog")
    assert len(data_set.photos) == 1  # what the path says needs no memory


def test_what_the_table_does_not_know_is_what_its_path_says() -> None:
    data_set = read(photos=HEAD + "dog/a.jpg,cat,\n")
    assert data_set.describe(FOLDER / "cat/new.jpg") == Described("new.jpg", "cat")
    assert data_set.describe(PurePosixPath("dog/a.jpg")) == Described("a.jpg", "dog")


def test_our_tables_are_no_photos() -> None:
    data_set = read(photos=HEAD + "dog/a.jpg,dog,a.jpg\n")
    assert data_set.owns(FOLDER / "coco.json")
    assert not data_set.owns(FOLDER / "dog/coco.json")
    assert not read(photos="another,table\n1,2\n").owns(FOLDER / "photos.csv")


def test_labels_are_described() -> None:
    table = "slug,name_en,name_zh,kind,parent\nsuv,SUV,越野车,vehicle,car\n"
    data_set = read(photos=HEAD + "a,b,c\n", labels=table)
    assert data_set.labels == {"suv": ("suv", "SUV", "越野车", "vehicle", "car")}


@pytest.mark.parametrize(
    "table",
    [
        b"",
        b"\xff\xfe\x00",
        b"file,label,name",
        HEAD.encode() + b'"' + b"x" * 200_000,
    ],
)
def test_a_table_that_makes_no_sense_is_none(table: bytes) -> None:
    data_set = read(photos=table, labels=table)
    assert data_set.photos == data_set.labels == {}
