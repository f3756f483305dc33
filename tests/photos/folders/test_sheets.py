"""Tables come back as spreadsheets save them."""

from __future__ import annotations

import io

import pytest

from recognition.photos.folders import sheets

KNOWN = ("file", "label", "name")
TABLE = "file,label,name\ndog/狗.jpg,dog,我的狗.jpg\n"
ROWS = [(1, ["file", "label", "name"]), (2, ["dog/狗.jpg", "dog", "我的狗.jpg"])]


def read(content: str | bytes) -> list[tuple[int, list[str]]]:
    table = content.encode() if isinstance(content, str) else content
    return list(sheets.read(lambda: io.BytesIO(table), KNOWN))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_whatever_a_spreadsheet_saves_is_read(encoding: str, delimiter: str, end: str) -> None:
    table = TABLE.replace(",", delimiter).replace("\n", end)
    assert read(table.encode(encoding)) == ROWS


def test_utf_16_with_its_mark_in_either_order() -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        assert read("\ufeff".encode(encoding) + TABLE.encode(encoding)) == ROWS


def test_accents_of_western_europe() -> None:
    table = "file;label;name\r\ndog/Käfer.jpg;dog;Große Straße à côté.jpg\r\n"
    assert read(table.encode("cp1252"))[1] == (
        2,
        ["dog/Käfer.jpg", "dog", "Große Straße à côté.jpg"],
    )


def test_all_of_unicode_in_the_encoding_of_china() -> None:
    table = "file,label,name\na.jpg,dog,镕𠮷é.jpg\n"
    assert read(table.encode("gb18030"))[1][1][2] == "镕𠮷é.jpg"


@pytest.mark.parametrize("head", ["FILE,Label,NAME", '"File" , label,name', "ｆｉｌｅ,label,name"])
def test_columns_are_known_however_they_are_written(head: str) -> None:
    assert read(f"{head}\n")[0] == (1, ["file", "label", "name"])


def test_a_first_line_that_says_the_delimiter_counts_as_a_line() -> None:
    assert read("sep=;\r\nfile;label\r\na.jpg;dog\r\n") == [
        (2, ["file", "label"]),
        (3, ["a.jpg", "dog"]),
    ]


def test_lines_of_nothing_are_left_out_but_counted() -> None:
    assert read("file,label\n\n,,\na.jpg,dog,\n , \n\n") == [
        (1, ["file", "label"]),
        (4, ["a.jpg", "dog", ""]),
    ]


def test_a_line_break_in_a_cell_is_no_line() -> None:
    assert read('file,name\na.jpg,"x\ny"\nb.jpg,z\n')[2] == (3, ["b.jpg", "z"])


def test_a_large_table_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "_PIECE_BYTES", 16)
    assert read(TABLE.encode("gb18030")) == ROWS


def test_no_table_has_no_lines() -> None:
    assert list(sheets.read(lambda: None, KNOWN)) == read(b"") == []


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"\xef\xbb\xbffile\xff", b"file,label\n\x81\xff\x8d,\xff"]
)
def test_what_is_no_text_is_told(content: bytes) -> None:
    with pytest.raises(sheets.NotText):
        read(content)


def test_a_line_that_cannot_be_read_is_told() -> None:
    with pytest.raises(sheets.Broken) as told:
        read('file,label\na.jpg,dog\nb.jpg,"' + "x" * 200_000)
    assert told.value.line == 3
