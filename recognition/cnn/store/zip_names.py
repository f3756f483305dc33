"""What the entries of a ZIP file are called, whoever packed it. Torch-free.

A name is bytes, and only a flag or an extra field says which; both are often missing and sometimes
wrong. Chinese Windows packs GBK without a word, macOS UTF-8 without a word, Info-ZIP adds the field
0x7075. GB18030 reads nearly any bytes: names from elsewhere show in that it makes characters of
them that nobody uses. No name is too odd to be read: at the end stands code page 437, which knows
all bytes.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

ENTRY_MARK = b"PK\1\2"
_ENTRY = struct.Struct("<4s4B4HL2L5H2L")
_BLOCK = struct.Struct("<HH")
_UTF8_FLAG = 0x800
_ZIP64, _UNICODE_PATH, _NOTHING = 0x0001, 0x7075, 0xFFFF
_WINDOWS = (0, 10, 11)  # as "version made by" says: FAT, NTFS, VFAT
# An accented letter of code page 437 within a word: as GB18030 it would swallow the next letter.
_ACCENTED = re.compile(rb"(?:[\x00-\x7f]|(?<=[A-Za-z])[\x80-\xa5](?=[A-Za-z.]))+")
_BESIDE_LETTERS = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")
# What names of other Windows systems are made of: kana and the common characters of Japanese (JIS X
# 0208, level 1) and of Traditional Chinese (Big5, level 1), and Cyrillic letters.
_ELSEWHERE = {
    "cp932": re.compile(
        rb"(?:[\x00-\x7f]|\x81[\x40-\xac]|\x82[\x4f-\xf1]|\x83[\x40-\x96]|\x88[\x9f-\xfc]"
        rb"|[\x89-\x97][\x40-\x7e\x80-\xfc]|\x98[\x40-\x72])+"
    ),
    "big5": re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xa3\xa4-\xc6][\x40-\x7e\xa1-\xfe])+"),
    "cp866": re.compile(rb"(?:[\x00-\x7f]|(?<![A-Za-z])[\x80-\xaf\xe0-\xf1]+(?![A-Za-z]))+"),
}
_FEWEST_BYTES = {"cp932": 8, "big5": 2, "cp866": 4}  # beyond ASCII; fewer may be anything
_KANA = re.compile("[\u3041-\u30ff]")
_USUAL = re.compile(rb"[\xa1-\xa3\xb0-\xf7][\xa1-\xfe]")  # of GB2312: signs and Chinese characters
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_SHARE_OF_UNUSUAL = 1 / 3


class StoredName(NamedTuple):
    """A name as the directory has it. said: what a valid flag or extra field says it is."""

    raw: bytes
    said: str | None
    from_windows: bool


def read_directory(directory: bytes) -> tuple[bytes, list[StoredName]]:
    """The names in a central directory; and the directory so that `zipfile` reads it, which gives
    up all of an archive over one name or extra field that is not as it says.

    In what is returned each name is code page 437, and extra fields only tell sizes.
    """
    plain, names, place = bytearray(directory), list[StoredName](), 0
    while directory.startswith(ENTRY_MARK, place) and len(directory) - place >= _ENTRY.size:
        fields = _ENTRY.unpack_from(directory, place)
        host, flags, sizes = fields[2], fields[5], fields[12:15]
        struct.pack_into("<H", plain, place + 8, flags & ~_UTF8_FLAG)
        name_size, extra_size, comment_size = sizes
        start = place + _ENTRY.size
        end = start + name_size
        raw, extra = directory[start:end], directory[end : end + extra_size]
        plain[end : end + extra_size] = _only_sizes(extra)
        said = _unicode_path(raw, extra)
        if said is None and flags & _UTF8_FLAG:
            said = _decoded(raw, "utf-8")
        names.append(StoredName(raw, said, host in _WINDOWS))
        place = end + extra_size + comment_size
    return bytes(plain), names


def texts(names: Sequence[StoredName]) -> list[str]:
    """The names of an archive as text.

    Of bytes that nothing is said of, most can be only one of UTF-8 and GB18030. The others ("猫" in
    GBK is "è" in UTF-8) are what most of those are.
    """
    untold = [name.raw for name in names if name.said is None and not name.raw.isascii()]
    chinese = sum(not _is_utf8(raw) and _is_chinese(raw) for raw in untold)
    utf8 = sum(_is_utf8(raw) and _decoded(raw, "gb2312") is None for raw in untold)
    others = [raw for raw in untold if not _is_utf8(raw) and not _ACCENTED.fullmatch(raw)]
    if elsewhere := _elsewhere(others):
        chinese = 0
    return [
        name.said if name.said is not None else _text(name, chinese - utf8, elsewhere)
        for name in names
    ]


def _text(name: StoredName, lead: int, elsewhere: str) -> str:
    """lead: how many more names of the archive are certainly GB18030 than certainly UTF-8.
    elsewhere: what those are in that are neither, if it is known."""
    raw = name.raw
    if elsewhere and not _is_utf8(raw) and not _ACCENTED.fullmatch(raw):
        return raw.decode(elsewhere, "replace")
    encodings = ["utf-8", "gb18030"]
    may_be_both = _is_utf8(raw) and _decoded(raw, "gb2312") is not None
    if may_be_both and (lead > 0 or (lead == 0 and _is_chinese_alone(name))):
        encodings = ["gb18030"]
    elif not _is_chinese(raw):
        encodings = ["utf-8"]
    decoded = (_decoded(raw, encoding) for encoding in encodings)
    return next((text for text in decoded if text is not None), raw.decode("cp437"))


def _elsewhere(raws: list[bytes]) -> str:
    """The encoding of another system, if it explains all of these names, and GB18030 only with
    characters that nobody uses; else nothing."""
    together = b"\n".join(raws)
    text = together.decode("gb18030", "replace")
    there = len(_BEYOND_ASCII.findall(text))
    usual = sum(bool(_USUAL.fullmatch(each.encode("gb18030", "replace"))) for each in text)
    if there - usual <= there * _SHARE_OF_UNUSUAL:
        return ""
    return next((name for name in _ELSEWHERE if _explains(name, together)), "")


def _explains(encoding: str, raw: bytes) -> bool:
    text = _decoded(raw, encoding)
    if text is None or not _ELSEWHERE[encoding].fullmatch(raw):
        return False
    beyond = sum(byte >= 0x80 for byte in raw)
    is_japanese = encoding == "cp932" and _KANA.search(text) is not None
    return is_japanese or beyond >= _FEWEST_BYTES[encoding]


def _is_utf8(raw: bytes) -> bool:
    return _decoded(raw, "utf-8") is not None


def _is_chinese(raw: bytes) -> bool:
    return _decoded(raw, "gb18030") is not None and not _ACCENTED.fullmatch(raw)


def _is_chinese_alone(name: StoredName) -> bool:
    """Programs on Windows say so when they write UTF-8; and an accent rarely stands alone."""
    return name.from_windows and not _BESIDE_LETTERS.search(name.raw)


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        text = raw.decode(encoding)
        text.encode()  # half a surrogate pair is no text
    except UnicodeError:
        return None
    return text


def _unicode_path(raw: bytes, extra: bytes) -> str | None:
    """What Info-ZIP's extra field says, if it is about this very name."""
    for kind, start, end in _blocks(extra):
        content = extra[start:end]
        if kind == _UNICODE_PATH and content[:5] == struct.pack("<BL", 1, zlib.crc32(raw)):
            return _decoded(content[5:], "utf-8")
    return None


def _only_sizes(extra: bytes) -> bytes:
    """The extra field of the same length with nothing in it but sizes of 64 bits."""
    plain, end = bytearray(extra), 0
    for kind, start, end in _blocks(extra):
        if kind != _ZIP64:
            _BLOCK.pack_into(plain, start - _BLOCK.size, _NOTHING, end - start)
    rest = len(extra) - end
    if rest >= _BLOCK.size:  # it ends before it says
        _BLOCK.pack_into(plain, end, _NOTHING, rest - _BLOCK.size)
    return bytes(plain)


def _blocks(extra: bytes) -> Iterator[tuple[int, int, int]]:
    """The kind of each block that is whole, and where its content starts and ends."""
    place = 0
    while place + _BLOCK.size <= len(extra):
        kind, size = _BLOCK.unpack_from(extra, place)
        place += _BLOCK.size + size
        if place > len(extra):
            return
        yield kind, place - size, place
