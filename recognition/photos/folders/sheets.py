"""CSV tables as people's spreadsheets write them.

A table goes out as UTF-8 with commas and comes back as a spreadsheet has saved it: in UTF-16 or the
system's own encoding, with semicolons or tabs, with empty columns and rows behind the others.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from typing import IO

from recognition.core.spreadsheets import unguarded

_DELIMITERS = ",;\t|"
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_PIECE_BYTES = 256 * 1024
# Letters beyond ASCII; GB18030 has digits within the rarest ones.
_HIGH_BYTES = re.compile(rb"[\x81-\xfe]\d[\x81-\xfe]\d|[\x80-\xff]+")
_SAYS_DELIMITER = re.compile(r"\"?sep=(.)\"?\s*$", re.IGNORECASE)  # a first line that Excel knows


class NotText(ValueError):
    """The table is in no encoding that is known here."""


class Broken(ValueError):
    """A line cannot be read. line: as spreadsheets count."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


Open = Callable[[], IO[bytes] | None]


def read(open_table: Open, known: Collection[str]) -> Iterator[tuple[int, list[str]]]:
    """The lines of a table with their numbers, as spreadsheets count them; the first has the names
    of the columns, in lower case. Lines of nothing but empty cells are left out.

    open_table: each time from the beginning; None if there is no table.
    known: names of columns, by which the character between cells is found.
    Raises NotText and Broken.
    """
    encoding = _encoding(open_table)
    stream = open_table() if encoding else None
    if stream is None:
        return
    with io.TextIOWrapper(stream, encoding, newline="") as text:
        first, number = text.readline(), 0
        if told := _SAYS_DELIMITER.match(first):
            first, number = text.readline(), 1
        delimiter = told[1] if told else _delimiter(first, known)
        lines = csv.reader(_again(first, text), delimiter=delimiter)
        is_head = True
        while (cells := _next(lines, number + 1)) is not None:
            number += 1
            if any(cell.strip() for cell in cells):
                yield number, [_plain(cell) for cell in cells] if is_head else cells
                is_head = False


def _next(lines: Iterator[list[str]], number: int) -> list[str] | None:
    try:
        cells = next(lines, None)
    except csv.Error:
        raise Broken(number) from None
    # A database may not store the character NUL.
    return None if cells is None else [unguarded(cell).replace("\0", "") for cell in cells]


def _again(first: str, others: Iterator[str]) -> Iterator[str]:
    yield first
    yield from others


def _plain(column: str) -> str:
    return unicodedata.normalize("NFKC", column).strip(" \t\r\n\"'\ufeff\u200b").casefold()


def _delimiter(head: str, known: Collection[str]) -> str:
    """The character with which the first line names most columns that are known."""

    def named(delimiter: str) -> int:
        cells = head.split(delimiter)
        return sum(_plain(cell) in known for cell in cells)

    return max(_DELIMITERS, key=named)


def _encoding(open_table: Open) -> str:
    """Empty if there is no table. Raises NotText."""
    head = b"".join(_pieces(open_table, 4))
    if not head:
        return ""
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return _first_that_fits(open_table, encoding)
    if len(head) == 4 and b"\0" in (head[1:2], head[:1]):
        return _first_that_fits(open_table, "utf-16-le" if head[1:2] == b"\0" else "utf-16-be")
    try:
        return _first_that_fits(open_table, "utf-8")
    except NotText:
        western = ("cp1252", "gb18030") if _is_western(open_table) else ("gb18030", "cp1252")
        return _first_that_fits(open_table, *western)


def _first_that_fits(open_table: Open, *encodings: str) -> str:
    for encoding in encodings:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for piece in _pieces(open_table):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
            return encoding
        except UnicodeDecodeError:
            continue
    raise NotText


def _is_western(open_table: Open) -> bool:
    """Whether most letters beyond ASCII stand alone, as accented ones do; Chinese ones are two
    bytes each, nearly always both beyond ASCII."""
    alone = together = 0
    for piece in _pieces(open_table):
        lengths = [len(run) for run in _HIGH_BYTES.findall(piece)]
        alone += lengths.count(1)
        together += len(lengths) - lengths.count(1)
    return alone > together


def _pieces(open_table: Open, first: int = 0) -> Iterator[bytes]:
    """The table piece by piece, or only its first bytes."""
    stream = open_table()
    if stream is None:
        return
    with stream:
        if first:
            yield stream.read(first)
            return
        while piece := stream.read(_PIECE_BYTES):
            yield piece
