"""What is not understood in the tables of a data set, line by line, before anything changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import IO

from recognition.models import Kind
from recognition.photos.capture.columns import of_row
from recognition.photos.folders import sheets
from recognition.photos.folders.dataset_tables import (
    EDGES,
    ERRORS,
    LABEL_COLUMNS,
    LABELS,
    NEEDED_OF_LABELS,
    PART_COLUMNS,
    PARTS,
    PHOTO_COLUMNS,
    PHOTOS,
    box_of,
    is_said_by_a_person,
    path_of,
    split_in,
)
from recognition.photos.refusals import Refusal

MOST = 50  # more lines than anybody corrects by hand are counted
_LONGEST_VALUE = 80
_BOX_BY = ("", "network", "person")
_LABEL_KINDS = {*Kind.values, ""}
OpenFile = Callable[[str], IO[bytes] | None]


class TableChecks:
    """has_file: whether there is a photo where a table says, below its folder. knows_label: whether
    a name is that of a label in use, or of one that comes along."""

    def __init__(
        self,
        open_file: OpenFile,
        has_file: Callable[[str], bool],
        knows_label: Callable[[str], bool],
    ) -> None:
        self._open_file = open_file
        self._has_file = has_file
        self._knows_label = knows_label
        self._misses_originals = self._is_there(ERRORS)
        self._found: list[Refusal] = []
        self._more = 0

    def problems(self) -> list[Refusal]:
        """None if all is understood, or if there are no tables."""
        self._check_photos()
        self._check_labels()
        self._check_parts()
        more = [Refusal("table_more", value=str(self._more))] if self._more else []
        return self._found + more

    def _is_there(self, table: str) -> bool:
        stream = self._open_file(table)
        if stream:
            stream.close()
        return stream is not None

    def _say(self, code: str, table: str, line: int = 0, value: str = "") -> None:
        if len(self._found) < MOST:
            shown = value[:_LONGEST_VALUE]
            self._found.append(Refusal(code, table=table, line=line, value=shown))
        else:
            self._more += 1

    def _check_photos(self) -> None:
        seen: set[int] = set()  # hashes, for there may be a million paths
        for line, row in self._rows(PHOTOS, PHOTO_COLUMNS, "file", "label"):
            if not row["file"] and self._misses_originals:
                continue  # the export said that it lacks this one
            path = self._check_file(PHOTOS, line, row)
            if hash(path) in seen:
                self._say("table_file_twice", PHOTOS, line, path)
            seen.add(hash(path))
            self._check_label(PHOTOS, line, row["label"])
            self._check_box_of_photo(line, row)
            self._check_capture(line, row)

    def _check_labels(self) -> None:
        for line, row in self._rows(LABELS, LABEL_COLUMNS, *NEEDED_OF_LABELS):
            if not row["slug"].strip():
                self._say("table_no_label", LABELS, line)
            if row["kind"].strip().casefold() not in _LABEL_KINDS:
                self._say("table_bad_kind", LABELS, line, row["kind"])

    def _check_parts(self) -> None:
        for line, row in self._rows(PARTS, PART_COLUMNS, *PART_COLUMNS):
            self._check_file(PARTS, line, row)
            self._check_label(PARTS, line, row["label"])
            if not self._is_box(row):
                self._say("table_bad_box", PARTS, line, _edges(row))

    def _check_file(self, table: str, line: int, row: dict[str, str]) -> str:
        path = path_of(row)
        if not row["file"].strip():
            self._say("table_no_file", table, line)
        elif PurePosixPath(path).is_absolute() or not self._has_file(path):
            self._say("table_file_missing", table, line, row["file"])
        return path if row["file"].strip() else f"line {line}"

    def _check_label(self, table: str, line: int, label: str) -> None:
        if not label.strip():
            self._say("table_no_label", table, line)
        elif not self._knows_label(label):
            self._say("table_unknown_label", table, line, label)

    def _check_box_of_photo(self, line: int, row: dict[str, str]) -> None:
        by = row["box_by"].strip().casefold()
        if by not in _BOX_BY or (not by and _edges(row)):
            self._say("table_bad_box_by", PHOTOS, line, row["box_by"])
        elif is_said_by_a_person(row) and not self._is_box(row):
            self._say("table_bad_box", PHOTOS, line, _edges(row))

    def _check_capture(self, line: int, row: dict[str, str]) -> None:
        try:
            of_row(row)
        except ValueError as error:
            self._say("table_bad_capture", PHOTOS, line, str(error))
        if row["split"].strip() and not split_in(row):
            self._say("table_bad_split", PHOTOS, line, row["split"])

    def _is_box(self, row: dict[str, str]) -> bool:
        try:
            return box_of(row) is not None
        except ValueError:
            return False

    def _rows(
        self, table: str, known: tuple[str, ...], *needed: str
    ) -> Iterator[tuple[int, dict[str, str]]]:
        """The rows below a head that is understood."""
        try:
            lines = sheets.read(lambda: self._open_file(table), known)
            number, columns = next(lines, (1, []))
            if not self._is_there(table):
                return
            if not self._understands(table, number, columns, known, needed):
                return
            for line, cells in lines:
                for surplus in _surplus(columns, cells):
                    self._say("table_surplus", table, line, surplus)
                there = dict(zip(columns, cells, strict=False))
                yield line, {column: there.get(column, "") for column in known}
        except sheets.NotText:
            self._say("table_not_text", table)
        except sheets.Broken as error:
            self._say("table_broken", table, error.line)

    def _understands(
        self,
        table: str,
        line: int,
        columns: list[str],
        known: tuple[str, ...],
        needed: tuple[str, ...],
    ) -> bool:
        for column in needed:
            if column not in columns:
                self._say("table_without_column", table, line, column)
        for column in filter(None, columns):
            if column not in known:
                self._say("table_unknown_column", table, line, column)
        for column in sorted(set(filter(None, columns))):
            if columns.count(column) > 1:
                self._say("table_column_twice", table, line, column)
        return set(needed) <= set(columns)


def _surplus(columns: list[str], cells: list[str]) -> list[str]:
    """What stands under no column: spreadsheets write empty cells there."""
    under_none = [cell for column, cell in zip(columns, cells, strict=False) if not column]
    return [cell for cell in (*under_none, *cells[len(columns) :]) if cell.strip()]


def _edges(row: dict[str, str]) -> str:
    edges = [row[edge] for edge in EDGES]
    return " ".join(edges) if any(edge.strip() for edge in edges) else ""
