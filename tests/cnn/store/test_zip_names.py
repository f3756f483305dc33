"""What entries are called, by whatever program an archive was packed."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from recognition.cnn.store.zip_reader import ZipReader
from tests.support.files import Packed, packed_as, unicode_path

FLAG = 0x800
UNKNOWN_BLOCK = struct.pack("<HH4s", 0x5455, 4, b"time")


def names(*entries: Packed) -> list[str]:
    archive = ZipReader(io.BufferedReader(io.BytesIO(packed_as(*entries))), 100)
    return [entry.filename for entry in archive.entries]


def untold(encoding: str, *texts: str, host: int = 3) -> list[str]:
    """The names of an archive whose names are in this encoding, and which does not say so."""
    return names(*(Packed(text.encode(encoding), host=host) for text in texts))


@pytest.mark.parametrize("host", [0, 3])
@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("gbk", "狗/照片 1.jpg"),
        ("gbk", "車輛/龍.jpg"),
        ("gb18030", "狗/\U00020bb7野家.jpg"),
        ("utf-8", "狗/1.jpg"),
        ("utf-8", "Käfer/1.jpg"),
        ("utf-8", "Ka\u0308fer/1.jpg"),
        ("utf-8", "собака/1.jpg"),
        ("utf-8", "犬/ねこ.jpg"),
        ("utf-8", "🐕.jpg"),
        ("cp437", "Käfer/1.jpg"),
        ("cp437", "café.jpg"),
        ("cp437", "ñandú/1.jpg"),
        ("ascii", "dog/1.jpg"),
    ],
)
def test_names_of_which_nothing_is_said(encoding: str, name: str, host: int) -> None:
    assert untold(encoding, name, host=host) == [name]


def test_a_chinese_name_that_is_valid_utf8_is_what_the_others_are() -> None:
    assert untold("gbk", "猫/1.jpg", "狗/2.jpg", "a.jpg") == ["猫/1.jpg", "狗/2.jpg", "a.jpg"]
    both = ["è/1.jpg", "ねこ/2.jpg"]
    assert untold("utf-8", *both, host=0) == both


def test_a_chinese_name_that_is_valid_utf8_alone_is_what_its_system_writes() -> None:
    assert untold("gbk", "猫/1.jpg", host=0) == ["猫/1.jpg"]
    assert untold("utf-8", "è/1.jpg", host=3) == ["è/1.jpg"]


def test_archives_whose_entries_come_from_several_programs() -> None:
    raw = "鸟/1.jpg".encode("gbk")
    found = names(
        Packed("狗/1.jpg".encode("gbk"), host=0),
        Packed("猫/1.jpg".encode(), host=3),
        Packed("车/1.jpg".encode(), flags=FLAG),
        Packed(raw, extra=UNKNOWN_BLOCK + unicode_path(raw, "鸟/1.jpg")),
        Packed(b"plain.jpg"),
    )
    assert found == ["狗/1.jpg", "猫/1.jpg", "车/1.jpg", "鸟/1.jpg", "plain.jpg"]


def test_the_extra_field_counts_more_than_the_name() -> None:
    assert names(Packed(b"?.jpg", extra=unicode_path(b"?.jpg", "狗.jpg"))) == ["狗.jpg"]
    both = Packed(b"x.jpg", flags=FLAG, extra=unicode_path(b"x.jpg", "狗.jpg"))
    assert names(both) == ["狗.jpg"]


@pytest.mark.parametrize(
    "extra",
    [
        unicode_path(b"other.jpg", "狗.jpg"),  # somebody has renamed the entry since
        struct.pack("<HHBL", 0x7075, 7, 1, 0) + b"\xff\xff",
        unicode_path(b"a.jpg", "狗.jpg")[:-1],
        struct.pack("<HH", 0x7075, 0),
        struct.pack("<HH", 0x7075, 60_000),
        struct.pack("<HH", 0x9999, 60_000) + b"xx",
        b"xyz",
    ],
)
def test_an_extra_field_that_does_not_fit_is_left_out(extra: bytes) -> None:
    assert names(Packed(b"a.jpg", extra=extra), Packed(b"b.jpg")) == ["a.jpg", "b.jpg"]


def test_a_name_that_is_not_as_its_flag_says_is_read_as_if_there_were_none() -> None:
    flagged = Packed("狗/1.jpg".encode("gbk"), flags=FLAG)
    assert names(flagged, Packed(b"\xff\xfe.jpg", flags=FLAG), Packed(b"b.jpg"))[::2] == [
        "狗/1.jpg",
        "b.jpg",
    ]


@pytest.mark.parametrize(
    ("encoding", "texts"),
    [
        ("big5", ["狗/照片一.jpg", "貓/圖片.jpg"]),
        ("big5", ["飛機/1.jpg", "plain.jpg"]),
        ("cp932", ["犬/写真１.jpg", "猫/ねこ.jpg", "車/クルマ.jpg"]),
        ("cp932", ["鳥/ことり.jpg"]),
        ("cp866", ["собака/фото.jpg", "кошка/1.jpg"]),
    ],
)
def test_an_archive_of_another_system_shows_in_what_gb18030_makes_of_it(
    encoding: str, texts: list[str]
) -> None:
    assert untold(encoding, *texts, host=0) == texts


def test_traditional_characters_in_gbk_are_chinese_all_the_same() -> None:
    texts = ["車輛/照片.jpg", "貓/圖片.jpg", "飛機/學會.jpg", "龍/1.jpg", "Käfer.jpg"]
    assert untold("gbk", *texts[:4], host=0) == texts[:4]
    told = [Packed(text.encode("gbk"), host=0) for text in texts[:4]]
    assert names(*told, Packed(texts[4].encode("cp437"), host=0)) == texts


@pytest.mark.parametrize("encoding", ["shift-jis", "euc-jp", "euc-kr", "big5", "cp1251", "cp1252"])
def test_what_cannot_be_told_is_some_text_for_every_entry(encoding: str) -> None:
    texts = ["犬", "ソ表", "강아지", "собака", "Grünkäfer", "貓"]
    raws = [text.encode(encoding, "ignore") + b"/1.jpg" for text in texts]
    found = names(*(Packed(raw) for raw in raws))
    assert all(name.endswith("/1.jpg") and name.encode() for name in found)


def test_any_bytes_are_a_name() -> None:
    for first in (1, 90, 130, 200, 255):
        assert all(
            names(Packed(bytes([first, second]) + b"x"))[0].encode() for second in range(1, 256)
        )


def test_what_python_packs_is_read_as_before() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("狗/1.jpg", "plain.jpg", "Käfer.jpg"):
            archive.writestr(name, b"x")
    read = ZipReader(io.BufferedReader(file), 9)
    assert [entry.filename for entry in read.entries] == ["狗/1.jpg", "plain.jpg", "Käfer.jpg"]
    assert [read.head(entry, 1) for entry in read.entries] == [b"x"] * 3
