"""All results as a table that any spreadsheet opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import pytest
from django.contrib.auth.models import User

from recognition.models import Label, Photo, Prediction, State, Subject
from recognition.photos import result_table
from recognition.photos.orders.filters import Filters
from tests.support.pages import done
from tests.support.rows import add_photo

pytestmark = pytest.mark.usefixtures("version")


def table(**options: Any) -> bytes:
    photos = Photo.objects.select_related("label", "prediction__label", "prediction__model_version")
    return b"".join(result_table.table(photos, Filters(), **options))


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def add_subjects(prediction: Prediction, slugs: Iterable[str]) -> None:
    for rank, slug in enumerate(slugs):
        label = Label.objects.get(slug=slug)
        Subject.objects.create(
            prediction=prediction,
            rank=rank,
            box=[0, 0, 0.5, 0.5],
            label=label,
            kind=label.kind,
            confidence=0.9,
        )


def test_a_row_says_all(uploader: User) -> None:
    photo = add_photo(
        uploader, name="rex.jpg", label=Label.objects.get(slug="taxi"), **done("dog", 0.97)
    )
    add_subjects(photo.prediction, ["dog", "car", "dog"])
    assert rows(table()) == [
        {
            "name": "rex.jpg",
            "id": str(photo.id),
            "state": "done",
            "answer": "dog",
            "kind": "animal",
            "confidence": "0.9700",
            "label": "taxi",
            "subjects": "2 dog, 1 car",
            "date": photo.created.isoformat(timespec="seconds"),
            "version": "1",
        }
    ]
    assert tuple(rows(table())[0]) == result_table.COLUMNS


def test_what_has_no_answer_says_so(uploader: User) -> None:
    add_photo(uploader, prediction__state=State.FAILED, prediction__error="truncated")
    add_photo(uploader)
    found = rows(table())
    assert [row["state"] for row in found] == ["pending", "failed"]
    assert {row[name] for row in found for name in ("answer", "confidence", "version")} == {""}


def test_labels_can_have_the_readers_names(uploader: User) -> None:
    photo = add_photo(uploader, **done("dog"))
    add_subjects(photo.prediction, ["dog", "car"])
    names = dict(Label.objects.values_list("id", "name_zh"))
    [row] = rows(table(names=names))
    assert (row["answer"], row["subjects"]) == ("狗", "1 狗, 1 汽车")


def test_a_spreadsheet_reads_chinese_and_runs_nothing(uploader: User) -> None:
    for name in ("=HYPERLINK(1)", "+1", "-1", "@sum", "狗.jpg"):
        add_photo(uploader, name=name)
    content = table()
    assert content.startswith(b"\xef\xbb\xbf")
    names = ["狗.jpg", "'@sum", "'-1", "'+1", "'=HYPERLINK(1)"]
    assert [row["name"] for row in rows(content)] == names


def test_page_after_page_in_few_queries(
    uploader: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(result_table, "_PAGE", 10)
    for number in range(25):
        photo = add_photo(uploader, name=f"{number}.jpg", **done("dog"))
        add_subjects(photo.prediction, ["dog"])
    with django_assert_max_num_queries(11):  # three a page
        found = rows(table())
    assert [row["name"] for row in found] == [f"{number}.jpg" for number in reversed(range(25))]


def test_it_is_written_while_it_is_read(
    uploader: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(result_table, "_PAGE", 2)
    monkeypatch.setattr(result_table, "_PIECE_BYTES", 1)
    for _ in range(8):
        add_photo(uploader, **done("dog"))
    pieces = result_table.table(
        Photo.objects.select_related("prediction__label"), Filters(), {0: "x"}
    )
    with django_assert_max_num_queries(4):
        assert next(pieces).startswith(b"\xef\xbb\xbfname,id,state")
        next(pieces)
    assert len(list(pieces)) == 8  # seven photos, and an empty end
