"""What is not understood in the tables of a data set is told line by line."""

from __future__ import annotations

import io
from typing import IO

import pytest
from django.utils import translation

from recognition.photos.folders import table_checks
from recognition.photos.folders.dataset_tables import PHOTO_COLUMNS
from recognition.photos.folders.table_checks import TableChecks
from recognition.photos.refusals import Refusal

FILES = ("dog/a.jpg", "dog/b.jpg", "cat/Käfer.jpg")
HEAD = "file,label,name,left,top,right,bottom,box_by\n"


def problems(**contents: str) -> list[Refusal]:
    def open_file(name: str) -> IO[bytes] | None:
        content = contents.get(name.split(".")[0])
        return None if content is None else io.BytesIO(content.encode())

    known = {"dog", "cat"}
    checks = TableChecks(open_file, FILES.__contains__, lambda name: name.strip().lower() in known)
    return checks.problems()


def told(**contents: str) -> list[tuple[str, int, str]]:
    return [(problem.code, problem.line, problem.value) for problem in problems(**contents)]


def line(text: str) -> list[tuple[str, str]]:
    """What is told about a line of photos.csv."""
    found = told(photos=f"{HEAD}{text}\n")
    assert all(number == 2 for _, number, _ in found)
    return [(code, value) for code, _, value in found]


@pytest.mark.parametrize(
    "text",
    [
        "dog/a.jpg,dog,a.jpg,,,,,",
        "dog/a.jpg, DOG ,,,,,,,,,",  # empty columns behind the others
        "dog\\a.jpg,dog,x",
        "./dog/a.jpg,dog,x",
        "cat/Ka\u0308fer.jpg,cat,x",
        'dog/a.jpg,dog,x,"0,25","0,25","0,75","1,0",Person',
        "dog/a.jpg,dog,x,0.25,0.25,0.251,0.75,network",  # what the network found is not read
    ],
)
def test_what_is_understood_is_no_problem(text: str) -> None:
    assert line(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("dog/a.jpg,doog,x", ("table_unknown_label", "doog")),
        ("dog/a.jpg,,x", ("table_no_label", "")),
        (",dog,x", ("table_no_file", "")),
        ("dog/c.jpg,dog,x", ("table_file_missing", "dog/c.jpg")),
        ("Dog/a.jpg,dog,x", ("table_file_missing", "Dog/a.jpg")),
        ("/dog/a.jpg,dog,x", ("table_file_missing", "/dog/a.jpg")),
        ("dog/a.jpg,dog,x,1,2,3,x,person", ("table_bad_box", "1 2 3 x")),
        ("dog/a.jpg,dog,x,0.5,,,,person", ("table_bad_box", "0.5   ")),
        ("dog/a.jpg,dog,x,,,,,person", ("table_bad_box", "")),
        ("dog/a.jpg,dog,x,0.9,0.1,0.1,0.9,person", ("table_bad_box", "0.9 0.1 0.1 0.9")),
        ("dog/a.jpg,dog,x,0.1,0.1,0.9,0.9,", ("table_bad_box_by", "")),
        ("dog/a.jpg,dog,x,0.1,0.1,0.9,0.9,me", ("table_bad_box_by", "me")),
        ("dog/a.jpg,dog,x,,,,,,,more", ("table_surplus", "more")),
    ],
)
def test_what_is_not_understood_is_told(text: str, found: tuple[str, str]) -> None:
    assert line(text) == [found]


def test_decimal_commas_between_commas_are_told() -> None:
    codes = {code for code, _ in line("dog/a.jpg,dog,x,0,25,0,25,0,75,1,0,person")}
    assert "table_surplus" in codes


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("label,name", [("table_without_column", 1, "file")]),
        ("file,name", [("table_without_column", 1, "label")]),
        ("file,label,lable", [("table_unknown_column", 1, "lable")]),
        ("file,label,Label", [("table_column_twice", 1, "label")]),
        ("", [("table_without_column", 1, "file"), ("table_without_column", 1, "label")]),
        ("FILE;Label;;", []),
        (",".join(PHOTO_COLUMNS), []),
    ],
)
def test_columns_are_told(head: str, found: list[tuple[str, int, str]]) -> None:
    assert told(photos=f"{head}\n") == found


def test_a_file_with_two_lines_is_told() -> None:
    table = f"{HEAD}dog/a.jpg,dog,x\ndog/b.jpg,dog,x\ndog/a.jpg,cat,x\n"
    assert told(photos=table) == [("table_file_twice", 4, "dog/a.jpg")]


def test_photos_that_an_export_lacked_are_no_problem() -> None:
    assert told(photos=f"{HEAD},dog,x\n,dog,y\n", errors="dog/x.jpg: missing") == []


def test_the_other_tables_are_told_too() -> None:
    found = told(
        labels="slug,name_en,name_zh,kind,parent\n,a,b,animal,\nsuv,SUV,c,Vehicle,\nx,X,y,stone,\n",
        annotations="file,label,left,top,right,bottom\ndog/a.jpg,unicorn,0,0,1,2\nx.jpg,dog,0,0,1,1\n",
    )
    assert found == [
        ("table_no_label", 2, ""),
        ("table_bad_kind", 4, "stone"),
        ("table_unknown_label", 2, "unicorn"),
        ("table_bad_box", 2, "0 0 1 2"),
        ("table_file_missing", 3, "x.jpg"),
    ]


def test_no_table_is_no_problem() -> None:
    assert told() == []


def test_more_than_anybody_reads_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_checks, "MOST", 3)
    lines = [f"dog/a.jpg{number},dog,x\n" for number in range(10)]
    found = problems(photos=HEAD + "".join(lines))
    assert len(found) == 4
    assert found[-1].detail == "7 more lines are not understood."


def test_a_problem_is_told_in_words() -> None:
    [problem] = problems(photos=f"{HEAD}dog/a.jpg,doog,x\n")
    assert problem.detail == "photos.csv, line 2: “doog” is not a label that is in use."
    with translation.override("zh-hans"):
        assert problem.detail
