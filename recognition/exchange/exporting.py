"""Export labelled photos with tables beside them: a folder for each label, or as YOLO reads them.

Everything is streamed. Only a page of rows, a piece of one photo and the archive's directory are in
memory at a time; the rows of earlier photos wait in a temporary file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from zipstream import ZIP_DEFLATED, ZIP_STORED, ZipStream

from recognition.exchange import coco, export_rows, yolo
from recognition.exchange.export_names import UniqueNames, file_name, folder_name
from recognition.exchange.export_rows import Spool
from recognition.labels.tree import LabelTree
from recognition.models import Label, Photo
from recognition.photos.capture import leaving, places
from recognition.photos.folders import dataset_tables

_IN_MEMORY_BYTES = 1024 * 1024
_Namer = Callable[[Photo, Label], str]


@dataclass(frozen=True)
class Selection:
    """Which photos to export; an empty field does not restrict them.

    labels: slugs. since, before: when the photos were labelled. place: whether it is told where
    they were taken, of those whose owners let it be told; otherwise the files do not say it either.
    """

    labels: tuple[str, ...] = ()
    kind: str = ""
    split: str = ""
    since: datetime | None = None
    before: datetime | None = None
    place: bool = False

    def as_json(self) -> dict[str, Any]:
        """What restricts them, such as for the audit log."""
        given = {key: value for key, value in asdict(self).items() if value}
        return {
            key: value.isoformat() if isinstance(value, datetime) else value
            for key, value in given.items()
        }


class Export:
    """An export of those of `photos` that are labelled and selected, which can be read once.

    What is labelled anew meanwhile is left out, for it might come twice, with two labels.
    problems: how many originals were missing or damaged, once it has been read; errors.txt names
    them, and the archive goes on without.
    """

    def __init__(self, photos: QuerySet[Photo], selection: Selection) -> None:
        self._photos = _selected(photos, selection).exclude(labelled_at__gt=timezone.now())
        self._selection = selection
        self._tree = LabelTree()
        self._used: set[Label] = set()
        self._are_dropped = cache(places.are_dropped)  # each owner is looked up once
        columns = dataset_tables.PHOTO_COLUMNS
        without = [column for column in columns if column not in dataset_tables.PLACE]
        self._columns = columns if selection.place else tuple(without)
        self.problems = 0

    def archive(self) -> Iterator[bytes]:
        """A ZIP of the original photos in folders of their labels, photos.csv, annotations.csv if
        there are any, labels.csv and coco.json; and errors.txt if originals are missing or
        damaged."""
        archive = ZipStream()
        with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as file:
            rows = Spool(file)
            for row in self._originals(archive, self._by_label()):
                rows.append(row)
                yield from archive.all_files()
            yield from self._tables(archive, rows)
            archive.add(self._coco(rows), dataset_tables.COCO, compress_type=ZIP_DEFLATED)
            yield from archive.finalize()

    def yolo(self) -> Iterator[bytes]:
        """A ZIP as YOLO reads it, with our own tables, so that it can be imported again."""
        archive, classes = ZipStream(), yolo.Classes()
        with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as file:
            rows = Spool(file)
            for row in self._originals(archive, _by_split()):
                if row["file"]:
                    lines = "".join(classes.lines(row))
                    name = yolo.labels_file(row["file"])
                    archive.add(lines, name, compress_type=ZIP_DEFLATED)
                rows.append(row)
                yield from archive.all_files()
            archive.add(classes.description(), yolo.DATASET, compress_type=ZIP_DEFLATED)
            yield from self._tables(archive, rows)
            yield from archive.finalize()

    def table(self) -> Iterator[bytes]:
        """Only photos.csv."""
        rows = (row for _, row in self._rows(self._by_label()))
        return dataset_tables.csv_lines(self._columns, rows)

    def coco(self) -> Iterator[bytes]:
        """Only coco.json."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as file:
            rows = Spool(file)
            for _, row in self._rows(self._by_label()):
                rows.append(row)
            yield from self._coco(rows)

    def _originals(self, archive: ZipStream, name: _Namer) -> Iterator[dict[str, Any]]:
        """Add each photo to the archive, whose pieces are to be read before the next."""
        for photo, row in export_rows.brought(self._rows(name), itemgetter(0)):
            try:
                original = export_rows.open_original(photo, self._tells_place(photo))
            except export_rows.Unusable as problem:
                row["problem"] = f"{row['file']}: the original of {photo.id} is {problem}\n"
                row["file"] = ""
                self.problems += 1
                yield row
                continue
            row["sha256"] = original.sha256
            with original.stream:
                pieces = leaving.pieces(original.stream, original.patches)
                archive.add(pieces, row["file"], compress_type=ZIP_STORED)
                yield row

    def _tables(self, archive: ZipStream, rows: Spool) -> Iterator[bytes]:
        photos = dataset_tables.csv_lines(self._columns, rows)
        archive.add(photos, dataset_tables.PHOTOS, compress_type=ZIP_DEFLATED)
        yield from archive.all_files()
        archive.add(self._labels(), dataset_tables.LABELS, compress_type=ZIP_DEFLATED)
        yield from archive.all_files()
        if any(row["parts"] for row in rows):
            parts = dataset_tables.csv_lines(dataset_tables.PART_COLUMNS, _parts(rows))
            archive.add(parts, dataset_tables.PARTS, compress_type=ZIP_DEFLATED)
            yield from archive.all_files()
        if self.problems:
            errors = "".join(row.get("problem", "") for row in rows)
            archive.add(errors, dataset_tables.ERRORS, compress_type=ZIP_DEFLATED)
            yield from archive.all_files()

    def _rows(self, name: _Namer) -> Iterator[tuple[Photo, dict[str, Any]]]:
        """Each photo with its row of photos.csv, label by label."""
        for label in sorted(self._tree, key=lambda label: label.slug):
            if not self._wants(label):
                continue
            for photo in export_rows.newest_first(self._photos.filter(label=label)):
                if self._selection.split in ("", photo.split):
                    self._used.update((label, *export_rows.labels_of(photo)))
                    tells = self._tells_place(photo)
                    yield photo, export_rows.row(photo, label, name(photo, label), tells)

    def _tells_place(self, photo: Photo) -> bool:
        return self._selection.place and not self._are_dropped(photo.owner_id)

    def _by_label(self) -> _Namer:
        """A folder for each label."""
        folders = UniqueNames()
        names: dict[int, tuple[str, UniqueNames]] = {}

        def name(photo: Photo, label: Label) -> str:
            if label.id not in names:
                names[label.id] = folders.take(folder_name(label.slug)), UniqueNames()
            folder, taken = names[label.id]
            return f"{folder}/{taken.take(file_name(photo))}"

        return name

    def _wants(self, label: Label) -> bool:
        slugs, kind = self._selection.labels, self._selection.kind
        return (not slugs or label.slug in slugs) and kind in ("", label.kind)

    def _labels(self) -> Iterator[bytes]:
        """labels.csv: the labels that were used, and their ancestors, parents first."""
        lineages = [self._tree.lineage(label) for label in self._used]
        labels = {label: depth for lineage in lineages for depth, label in enumerate(lineage)}
        in_order = sorted(labels, key=lambda label: (labels[label], label.slug))
        return dataset_tables.csv_lines(
            dataset_tables.LABEL_COLUMNS, (self._described(label) for label in in_order)
        )

    def _described(self, label: Label) -> dict[str, str]:
        parents = self._tree.lineage(label)[:-1]
        return {
            "slug": label.slug,
            "name_en": label.name_en,
            "name_zh": label.name_zh,
            "kind": label.kind,
            "parent": parents[-1].slug if parents else "",
        }

    def _coco(self, rows: Spool) -> Iterator[bytes]:
        return coco.document(rows, self._categories())

    def _categories(self) -> Iterator[dict[str, Any]]:
        for label in sorted(self._used, key=lambda label: label.id):
            yield {
                "id": label.id,
                "name": label.slug,
                "supercategory": self._described(label)["parent"] or label.kind,
                "name_en": label.name_en,
                "name_zh": label.name_zh,
            }


def _by_split() -> _Namer:
    names = yolo.Names()
    return lambda photo, _label: names.take(photo.split, file_name(photo))


def _selected(photos: QuerySet[Photo], selection: Selection) -> QuerySet[Photo]:
    photos = export_rows.with_all_there_is(photos)
    if selection.since:
        photos = photos.filter(labelled_at__gte=selection.since)
    if selection.before:
        photos = photos.filter(labelled_at__lt=selection.before)
    return photos


def _parts(rows: Spool) -> Iterator[dict[str, Any]]:
    """annotations.csv."""
    for _number, row in rows.present():
        for part in row["parts"]:
            edges = zip(dataset_tables.EDGES, part["box"], strict=True)
            yield {"file": row["file"], "label": part["label"], **dict(edges)}
