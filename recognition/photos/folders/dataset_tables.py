"""The tables of an exported data set, which say what the paths of its photos cannot.

`photos.csv` has each photo's original name and label, and the box that the label is about;
`annotations.csv` has the labels of further parts; `labels.csv` describes the labels, so that
another Ark can add those it lacks.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath, PurePosixPath
from typing import IO, Any, NamedTuple

from recognition.core.spreadsheets import guarded, unguarded
from recognition.labels import boxes
from recognition.labels.tree import NewLabel

PHOTOS, LABELS, COCO, ERRORS = "photos.csv", "labels.csv", "coco.json", "errors.txt"
PARTS, YOLO = "annotations.csv", "dataset.yaml"
EDGES = ("left", "top", "right", "bottom")  # in parts of 1 of the upright photo
PHOTO_COLUMNS = (
    *("file", "label", "name", "sha256", "width", "height", "owner", "labelled_by", "labelled_at"),
    *("split", "prediction", "confidence", "id", *EDGES, "box_by"),
)
PART_COLUMNS = ("file", "label", *EDGES)
LABEL_COLUMNS = NewLabel._fields
_ENCODING = "utf-8-sig"  # with a byte order mark, or Excel garbles Chinese
_MAX_LABELS = 10_000


class Part(NamedTuple):
    """A labelled part of a photo. label: a slug."""

    label: str
    box: boxes.Box


class Described(NamedTuple):
    """A photo as a data set describes it.

    label: a slug, or the name of a folder. box: what people said that the label is about.
    """

    name: str
    label: str
    box: boxes.Box | None = None


@dataclass
class DataSet:
    """What the tables of an exported data set say; nothing at all for other folders.

    photos: by path below the folder, as are parts, the further labelled ones. labels: by slug in
    lower case. is_ours: whether the tables are those of an export.
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
        return (len(below) == 1 and path.name in own) or is_of_yolo

    def describe(self, path: PurePath) -> Described:
        """The photo's name and label from the tables, or else from its path."""
        described = self.photos.get(self._below(path))
        return described or Described(path.name, path.parent.name)

    def parts_of(self, path: PurePath) -> list[Part]:
        """Its further labelled parts."""
        return self.parts.get(self._below(path), [])

    def _below(self, path: PurePath) -> str:
        is_here = self.is_ours and path.is_relative_to(self.folder)
        return path.relative_to(self.folder).as_posix() if is_here else ""


def read(folder: PurePath, open_file: Callable[[str], IO[bytes] | None]) -> DataSet:
    """Read the tables in a folder. open_file returns a table by its name; None if it is missing.

    Raises what open_file and its files raise; a table that makes no sense is ignored.
    """
    data_set = DataSet(folder)
    for row in _rows(open_file(PHOTOS), PHOTO_COLUMNS[:3], (*EDGES, "box_by")):
        data_set.is_ours = True
        path = PurePosixPath(row["file"])
        # What the network found, another network finds again.
        box = _box(row) if row["box_by"] == "person" else None
        described = Described(row["name"] or path.name, row["label"], box)
        if described != Described(path.name, path.parent.name):  # else the path says it all
            data_set.photos[path.as_posix()] = described
    if data_set.is_ours:
        for row in _rows(open_file(LABELS), LABEL_COLUMNS):
            if len(data_set.labels) < _MAX_LABELS:
                label = NewLabel(*(row[column] for column in LABEL_COLUMNS))
                data_set.labels[label.slug.casefold()] = label
        for row in _rows(open_file(PARTS), PART_COLUMNS):
            if box := _box(row):
                name = PurePosixPath(row["file"]).as_posix()
                data_set.parts.setdefault(name, []).append(Part(row["label"], box))
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


def _box(row: Mapping[str, str]) -> boxes.Box | None:
    try:
        return boxes.checked([float(row[edge]) for edge in EDGES])
    except ValueError:
        return None


def _rows(
    stream: IO[bytes] | None, needed: tuple[str, ...], wanted: tuple[str, ...] = ()
) -> Iterator[dict[str, str]]:
    """The rows of a table as far as it can be read; none if it lacks the columns needed. Those that
    are only wanted are empty where there are none."""
    if stream is None:
        return
    with io.TextIOWrapper(stream, _ENCODING, errors="replace", newline="") as text:
        reader = csv.DictReader(text)
        try:
            if set(needed) <= set(reader.fieldnames or ()):
                for row in reader:
                    # A database may not store the character NUL.
                    yield {
                        key: unguarded(row.get(key) or "").replace("\0", "")
                        for key in (*needed, *wanted)
                    }
        except csv.Error:
            return
