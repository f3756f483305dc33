"""The tables of an exported data set, which say what the paths of its photos cannot.

`photos.csv` has each photo's original name and label, and the box that the label is about;
`annotations.csv` has the labels of further parts; `labels.csv` describes the labels, so that
another Ark can add those it lacks.
"""

from __future__ import annotations

import csv
import io
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath, PurePosixPath
from typing import IO, Any, NamedTuple

from recognition.core.spreadsheets import guarded
from recognition.labels import boxes
from recognition.labels.finding import NewLabel
from recognition.models import Split
from recognition.models.names import plain
from recognition.photos.capture.columns import NOTHING, Capture, of_row
from recognition.photos.folders import sheets

PHOTOS, LABELS, COCO, ERRORS = "photos.csv", "labels.csv", "coco.json", "errors.txt"
PARTS, YOLO = "annotations.csv", "dataset.yaml"
EDGES = ("left", "top", "right", "bottom")  # in parts of 1 of the upright photo
PLACE = ("latitude", "longitude")
PHOTO_COLUMNS = (
    *("file", "label", "name", "sha256", "width", "height", "owner", "labelled_by", "labelled_at"),
    *("split", "prediction", "confidence", "id", *EDGES, "box_by", "taken_at", "camera"),
    *PLACE,
)
PART_COLUMNS = ("file", "label", *EDGES)
LABEL_COLUMNS = NewLabel._fields
NEEDED_OF_LABELS = tuple(column for column in LABEL_COLUMNS if column != "name_zh")
_ENCODING = "utf-8-sig"  # with a byte order mark, or Excel garbles Chinese
_MAX_LABELS = 10_000


class Part(NamedTuple):
    """A labelled part of a photo. label: a slug."""

    label: str
    box: boxes.Box


class Described(NamedTuple):
    """A photo as a data set describes it.

    label: a slug, or the name of a folder. box: what people said that the label is about. split:
    empty if it is not told.
    """

    name: str
    label: str
    box: boxes.Box | None = None
    capture: Capture = NOTHING
    split: str = ""


@dataclass
class DataSet:
    """What the tables of an exported data set say; nothing at all for other folders.

    photos: by path below the folder, as are parts, the further labelled ones. labels: by slug in
    plain form. is_ours: whether the tables are those of an export.
    """

    folder: PurePath = field(default_factory=PurePosixPath)
    photos: dict[str, Described] = field(default_factory=dict)
    labels: dict[str, NewLabel] = field(default_factory=dict)
    parts: dict[str, list[Part]] = field(default_factory=dict)
    is_ours: bool = False

    def owns(self, path: PurePath) -> bool:
        """Whether this is one of the tables, or a text file of what was exported for YOLO."""
        if not self.is_ours or not path.is_relative_to(self.folder):
            return False
        below = path.relative_to(self.folder).parts
        own = (PHOTOS, LABELS, PARTS, COCO, ERRORS, YOLO)
        is_of_yolo = len(below) == 3 and below[0] == "labels" and path.suffix == ".txt"
        return (len(below) == 1 and path.name.lower() in own) or is_of_yolo

    def describe(self, path: PurePath) -> Described:
        """The photo's name and label from the tables, or else from its path."""
        described = self.photos.get(self.below(path))
        return described or Described(path.name, path.parent.name)

    def parts_of(self, path: PurePath) -> list[Part]:
        """Its further labelled parts."""
        return self.parts.get(self.below(path), [])

    def offers(self, label: str) -> bool:
        """Whether labels.csv describes a label, by its slug."""
        return plain(label) in self.labels

    def below(self, path: PurePath) -> str:
        """As the tables call it; empty if it is not below them."""
        is_here = self.is_ours and path.is_relative_to(self.folder)
        below = path.relative_to(self.folder).as_posix() if is_here else ""
        return unicodedata.normalize("NFC", below)


def read(folder: PurePath, open_file: Callable[[str], IO[bytes] | None]) -> DataSet:
    """Read the tables in a folder. open_file returns a table by its name, each time from
    its beginning; None if it is missing.

    Raises what open_file and its files raise. What makes no sense is ignored:
    table_checks.py tells it.
    """
    data_set = DataSet(folder)
    for row in _rows(lambda: open_file(PHOTOS), PHOTO_COLUMNS, "file", "label"):
        data_set.is_ours = True
        path = PurePosixPath(path_of(row))
        # What the network found, another network finds again.
        box = _box(row) if is_said_by_a_person(row) else None
        described = Described(
            row["name"] or path.name, row["label"].strip(), box, _capture(row), split_in(row)
        )
        if described != Described(path.name, path.parent.name):  # else the path says it all
            data_set.photos[path.as_posix()] = described
    if data_set.is_ours:
        for row in _rows(lambda: open_file(LABELS), LABEL_COLUMNS, *NEEDED_OF_LABELS):
            if len(data_set.labels) < _MAX_LABELS:
                label = NewLabel(*(row[column].strip() for column in LABEL_COLUMNS))
                label = label._replace(kind=label.kind.casefold())
                data_set.labels[plain(label.slug)] = label
        for row in _rows(lambda: open_file(PARTS), PART_COLUMNS, *PART_COLUMNS):
            if box := _box(row):
                part = Part(row["label"].strip(), box)
                data_set.parts.setdefault(path_of(row), []).append(part)
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


def box_of(row: Mapping[str, str]) -> boxes.Box | None:
    """What a row says, with the decimal commas of some languages as well. Raises ValueError if that
    is no box; None if it says nothing."""
    edges = [row[edge].strip().replace(",", ".") for edge in EDGES]
    return boxes.checked([float(edge) for edge in edges]) if any(edges) else None


def is_said_by_a_person(row: Mapping[str, str]) -> bool:
    return row["box_by"].strip().casefold() == "person"


def split_in(row: Mapping[str, str]) -> str:
    """Empty if there is none of this name."""
    said = row["split"].strip().casefold()
    return sys.intern(said) if said in Split.values else ""


def path_of(row: Mapping[str, str]) -> str:
    """Where the file is, with the separators of any system, in one normal form of Unicode."""
    path = PurePosixPath(row["file"].replace("\\", "/")).as_posix()
    return unicodedata.normalize("NFC", path)


def _box(row: Mapping[str, str]) -> boxes.Box | None:
    try:
        return box_of(row)
    except ValueError:
        return None


def _capture(row: Mapping[str, str]) -> Capture:
    try:
        return of_row(row)
    except ValueError:
        return NOTHING


def _rows(
    open_table: sheets.Open, all_columns: tuple[str, ...], *needed: str
) -> Iterator[dict[str, str]]:
    """The rows of a table as far as it can be read; none if it lacks the columns needed. What is
    not there is empty."""
    try:
        lines = sheets.read(open_table, all_columns)
        _, columns = next(lines, (0, []))
        if set(needed) <= set(columns):
            for _, cells in lines:
                there = dict(zip(columns, cells, strict=False))
                yield {column: there.get(column, "") for column in all_columns}
    except (sheets.NotText, sheets.Broken):
        return
