"""Archives of strangers: read whole, or refused in one way, and never taken at their word."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from recognition.cnn.store.zip_reader import BadArchive, BadEntry, ZipReader
from tests.support.files import Packed, packed_as


def packed(method: int = zipfile.ZIP_DEFLATED, **files: bytes) -> bytearray:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return bytearray(file.getvalue())


def reader(content: bytes, tmp_path: Path, max_entries: int = 10) -> ZipReader:
    path = tmp_path / "archive.zip"
    path.write_bytes(content)
    return ZipReader(path.open("rb"), max_entries)


def refusal_of(content: bytes, tmp_path: Path, max_entries: int = 10) -> str:
    with pytest.raises(BadArchive) as refused:
        reader(content, tmp_path, max_entries)
    return refused.value.code


def read_refusal(content: bytes, tmp_path: Path) -> str:
    archive = reader(content, tmp_path)
    with pytest.raises(BadEntry) as refused:
        list(archive.chunks(archive.entries[0]))
    return refused.value.code


def test_what_is_packed_comes_out(tmp_path: Path) -> None:
    archive = reader(packed(a=b"x" * 1_000_000, b=b""), tmp_path)
    assert [b"".join(archive.chunks(entry)) for entry in archive.entries] == [b"x" * 10**6, b""]
    assert archive.head(archive.entries[0], 3) == b"xxx"


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\5\6" + b"\xff" * 18])
def test_what_is_no_archive(content: bytes, tmp_path: Path) -> None:
    assert refusal_of(content, tmp_path) == "not_an_archive"


def test_too_many_entries(tmp_path: Path) -> None:
    assert refusal_of(packed(**{str(n): b"" for n in range(11)}), tmp_path) == "request_too_large"


def test_a_directory_larger_than_so_many_files_need(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(10):
            entry = zipfile.ZipInfo(f"{number}")
            entry.comment = b"x" * 60_000
            archive.writestr(entry, b"")
    assert refusal_of(file.getvalue(), tmp_path) == "request_too_large"


def test_a_damaged_deflate_stream(tmp_path: Path) -> None:
    content = packed(a=bytes(range(256)) * 100)
    content[40:60] = b"\xff" * 20
    assert read_refusal(content, tmp_path) == "truncated"


def test_a_wrong_checksum(tmp_path: Path) -> None:
    content = packed(zipfile.ZIP_STORED, a=b"x" * 100)
    content[50] ^= 1
    assert read_refusal(content, tmp_path) == "truncated"


def test_an_encrypted_entry(tmp_path: Path) -> None:
    content = packed(a=b"x" * 100)
    place = content.index(b"PK\1\2") + 8
    content[place] |= 1
    assert read_refusal(content, tmp_path) == "encrypted"


def test_an_unusual_method(tmp_path: Path) -> None:
    assert read_refusal(packed(zipfile.ZIP_LZMA, a=b"x"), tmp_path) == "unsupported_compression"


def test_a_link(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    assert read_refusal(file.getvalue(), tmp_path) == "not_an_image"


def test_entries_that_share_their_bytes(tmp_path: Path) -> None:
    """As a bomb without nesting does: many entries of the directory, one place in the file."""
    content = packed(a=b"x" * 1000, b=b"x" * 1000)
    second = content.rindex(b"PK\1\2")
    content[second + 42 : second + 46] = bytes(4)
    assert refusal_of(content, tmp_path) == "not_an_archive"


def test_an_entry_is_never_longer_than_it_says(tmp_path: Path) -> None:
    content = packed(a=b"x" * 1_000_000)
    place = content.index(b"PK\1\2") + 24
    content[place : place + 4] = struct.pack("<I", 10)
    archive = reader(content, tmp_path)
    with pytest.raises(BadEntry):  # its checksum is that of more
        assert len(b"".join(archive.chunks(archive.entries[0]))) <= 10


def test_sizes_of_64_bits_that_are_made_up(tmp_path: Path) -> None:
    content = packed(zipfile.ZIP_STORED, a=b"x" * 100)
    place = content.index(b"PK\1\2") + 20
    content[place : place + 8] = b"\xff" * 8
    with pytest.raises((BadArchive, BadEntry)):
        _read_all(content, tmp_path)


def _read_all(content: bytes, tmp_path: Path) -> list[bytes]:
    archive = reader(content, tmp_path)
    return [b"".join(archive.chunks(entry)) for entry in archive.entries]


def test_a_bad_name_costs_its_own_entry(tmp_path: Path) -> None:
    names = [b"x" * 2000 + b".jpg", b"a\0.jpg", b"", b"good.jpg"]
    archive = reader(packed_as(*(Packed(name, name) for name in names)), tmp_path)
    assert len(archive.entries) == 4
    for entry in archive.entries[:3]:
        assert len(entry.filename) <= 255
        assert "\0" not in entry.filename
        with pytest.raises(BadEntry) as refused:
            archive.head(entry, 1)
        assert refused.value.code == "bad_name"
    assert archive.head(archive.entries[3], 100) == b"good.jpg"


def test_an_entry_whose_own_header_calls_it_something_else(tmp_path: Path) -> None:
    entries = [
        Packed(b"a.jpg", b"first", of_itself=(0x800, b"\xff\xff")),
        Packed("狗.jpg".encode(), b"second", flags=0x800, of_itself=(0, "狗.jpg".encode("gbk"))),
    ]
    archive = reader(packed_as(*entries), tmp_path)
    assert [entry.filename for entry in archive.entries] == ["a.jpg", "狗.jpg"]
    assert [archive.head(entry, 9) for entry in archive.entries] == [b"first", b"second"]


def test_two_entries_read_in_turns(tmp_path: Path) -> None:
    archive = reader(packed(a=b"1" * 300_000 + b"2", b=b"3" * 300_000 + b"4"), tmp_path)
    one, other = (archive.chunks(entry) for entry in archive.entries)
    ends = [(first[-1:], second[-1:]) for first, second in zip(one, other, strict=True)]
    assert ends == [(b"1", b"3"), (b"2", b"4")]


def test_folders_of_either_kind_are_no_entries(tmp_path: Path) -> None:
    entries = [Packed(b"x/"), Packed(b"y\\"), Packed(b"y\\a.jpg")]
    assert len(reader(packed_as(*entries), tmp_path).entries) == 1


def test_what_lies_before_an_archive_does_not_move_its_entries(tmp_path: Path) -> None:
    archive = reader(b"#!/bin/sh\n" * 9 + packed(a=b"x" * 100), tmp_path)
    assert archive.head(archive.entries[0], 3) == b"xxx"
