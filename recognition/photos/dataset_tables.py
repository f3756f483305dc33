"""The tables of an exported data set, which say what the paths of its photos cannot.

`photos.csv` has each photo's original name and label; `labels.csv` describes the labels, so that
another Ark can add those it lacks. Spreadsheets run cells that start like a formula, so such a cell
gets a leading apostrophe, as OWASP advises (owasp.org/www-community/attacks/CSV_Injection); reading
removes it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath, PurePosixPath
from typing import IO, Any, NamedTuple

from recognition.labels.tree import NewLabel

PHOTOS, LABELS, COCO, ERRORS = "photos.csv", "labels.csv", "coco.json", "errors.txt"
PHOTO_COLUMNS = (
    *("file", "label", "name", "sha256", "width", "height", "owner", "labelled_by", "labelled_at"),
    *("split", "prediction", "confidence", "id"),
)
LABEL_COLUMNS = NewLabel._fields
_ENCODING = "utf-8-sig"  # with a byte order mark, or Excel garbles Chinese
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_MAX_LABELS = 10_000


class Described(NamedTuple):
    """A photo as a data set describes it. label: a slug, or the name of a folder."""

    name: str
    label: str


@dataclass
class DataSet:
    """What the tables of an exported data set say; nothing at all for other folders.

    photos: by path below the folder. labels: by slug in lower case. is_ours: whether the tables are
    those of an export.
    """

    folder: PurePath = field(default_factory=PurePosixPath)
    photos: dict[str, Described] = field(default_factory=dict)
    labels: dict[str, NewLabel] = field(default_factory=dict)
    is_ours: bool = False

    def owns(self, path: PurePath) -> bool:
        """Whether this is one of the tables."""
        own = (PHOTOS, LABELS, COCO, ERRORS)
        return self.is_ours and path.parent == self.folder and path.name in own

    def describe(self, path: PurePath) -> Described:
        """The photo's name and label from the tables, or else from its path."""
        if self.is_ours and path.is_relative_to(self.folder):
            described = self.photos.get(path.relative_to(self.folder).as_posix())
            if described:
                return described
        return Described(path.name, path.parent.name)


def read(folder: PurePath, open_file: Callable[[str], IO[bytes] | None]) -> DataSet:
    """Read the tables in a folder. open_file returns a table by its name; None if it is missing.

    Raises what open_file and its files raise; a table that makes no sense is ignored.
    """
    data_set = DataSet(folder)
    for row in _rows(open_file(PHOTOS), PHOTO_COLUMNS[:3]):
        data_set.is_ours = True
        path = PurePosixPath(row["file"])
        described = Described(row["name"] or path.name, row["label"])
        if described != (path.name, path.parent.name):  # else the path says it all
            data_set.photos[path.as_posix()] = described
    if data_set.is_ours:
        for row in _rows(open_file(LABELS), LABEL_COLUMNS):
            if len(data_set.labels) < _MAX_LABELS:
                label = NewLabel(*(row[column] for column in LABEL_COLUMNS))
                data_set.labels[label.slug.casefold()] = label
    return data_set


def csv_lines(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """A CSV table, line by line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    yield text.getvalue().encode(_ENCODING)
    for row in rows:
        text.seek(0)
        text.truncate()
        writer.writerow([guarded(str(row[column])) for column in columns])
        yield text.getvalue().encode()


def guarded(cell: str) -> str:
    """The cell, such that no spreadsheet takes it for a formula."""
    return "'" + cell if cell.lstrip("'").startswith(_FORMULA) else cell


def unguarded(cell: str) -> str:
    """The cell that `guarded` was given."""
    return cell[1:] if cell.startswith("'") and guarded(cell) != cell else cell


def _rows(stream: IO[bytes] | None, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """The rows of a table as far as it can be read; none if it lacks the columns needed."""
    if stream is None:
        return
    with io.TextIOWrapper(stream, _ENCODING, errors="replace", newline="") as text:
        reader = csv.DictReader(text)
        try:
            if set(needed) <= set(reader.fieldnames or ()):
                for row in reader:
                    # A database may not store the character NUL.
                    yield {key: unguarded(row[key] or "").replace("\0", "") for key in needed}
        except csv.Error:
            return
