"""Export labelled photos: a folder for each label, with tables beside them.

Everything is streamed. Only a page of rows, a piece of one photo and the archive's directory are in
memory at a time; the rows of earlier photos wait in a temporary file.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.db.models import QuerySet
from django.utils import timezone
from zipstream import ZIP_DEFLATED, ZIP_STORED, ZipStream

from recognition.exchange.export_names import UniqueNames, file_name, folder_name
from recognition.labels.tree import LabelTree
from recognition.models import Label, Photo, State
from recognition.photos import dataset_tables

_PAGE = 500
_CHUNK_BYTES = 256 * 1024
_IN_MEMORY_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Selection:
    """Which photos to export; an empty field does not restrict them.

    labels: slugs. since, before: when the photos were labelled.
    """

    labels: tuple[str, ...] = ()
    kind: str = ""
    split: str = ""
    since: datetime | None = None
    before: datetime | None = None


class Export:
    """An export of those of `photos` that are labelled and selected, which can be read once.

    What is labelled anew meanwhile is left out, for it might come twice, with two labels.
    """

    def __init__(self, photos: QuerySet[Photo], selection: Selection) -> None:
        self._photos = _ready(photos, selection).exclude(labelled_at__gt=timezone.now())
        self._selection = selection
        self._tree = LabelTree()
        self._used: set[Label] = set()

    def archive(self) -> Iterator[bytes]:
        """A ZIP of the original photos, photos.csv, labels.csv and coco.json; and errors.txt if
        originals are missing."""
        archive = ZipStream()
        with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as file:
            rows = _Spool(file)
            for photo, row in self._rows():
                original = _open(photo)
                if original:
                    with original:
                        archive.add(_pieces(original), row["file"], compress_type=ZIP_STORED)
                        yield from archive.all_files()
                else:
                    row["missing"], row["file"] = row["file"], ""
                rows.append(row)
            for name, content in (
                (
                    dataset_tables.PHOTOS,
                    dataset_tables.csv_lines(dataset_tables.PHOTO_COLUMNS, rows),
                ),
                (dataset_tables.LABELS, self._labels()),
                (dataset_tables.COCO, self._coco(rows)),
            ):
                archive.add(content, name, compress_type=ZIP_DEFLATED)
                yield from archive.all_files()
            if errors := [_error(row) for row in rows if row.get("missing")]:
                archive.add("".join(errors), dataset_tables.ERRORS, compress_type=ZIP_DEFLATED)
            yield from archive.finalize()

    def table(self) -> Iterator[bytes]:
        """Only photos.csv."""
        return dataset_tables.csv_lines(
            dataset_tables.PHOTO_COLUMNS, (row for _, row in self._rows())
        )

    def coco(self) -> Iterator[bytes]:
        """Only coco.json."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as file:
            rows = _Spool(file)
            for _, row in self._rows():
                rows.append(row)
            yield from self._coco(rows)

    def _rows(self) -> Iterator[tuple[Photo, dict[str, Any]]]:
        """Each photo with its row of photos.csv, label by label."""
        folders = UniqueNames()
        for label in sorted(self._tree, key=lambda label: label.slug):
            if not self._wants(label):
                continue
            folder, names = "", UniqueNames()
            for photo in _newest_first(self._photos.filter(label=label)):
                if self._selection.split in ("", photo.split):
                    folder = folder or folders.take(folder_name(label.slug))
                    self._used.add(label)
                    yield photo, _row(photo, label, f"{folder}/{names.take(file_name(photo))}")

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

    def _coco(self, rows: _Spool) -> Iterator[bytes]:
        """Object detection as in cocodataset.org/#format-data; each photo has one box, its whole
        area."""
        info = {"description": "Exported by Ark", "date_created": timezone.now().isoformat()}
        yield f'{{"info": {json.dumps(info)}, "licenses": [],\n"images": ['.encode()
        yield from _listed(_image(number, row) for number, row in rows.present())
        yield b'],\n"annotations": ['
        yield from _listed(_annotation(number, row) for number, row in rows.present())
        yield b'],\n"categories": ['
        yield from _listed(
            {
                "id": label.id,
                "name": label.slug,
                "supercategory": self._described(label)["parent"] or label.kind,
                "name_en": label.name_en,
                "name_zh": label.name_zh,
            }
            for label in sorted(self._used, key=lambda label: label.id)
        )
        yield b"]}\n"


class _Spool:
    """Rows that wait on the disk until all photos have been written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def append(self, row: dict[str, Any]) -> None:
        self._file.write(json.dumps(row).encode() + b"\n")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self._file.seek(0)
        for line in self._file:
            yield json.loads(line)

    def present(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The rows of photos whose original is not missing, numbered from 1."""
        return enumerate((row for row in self if row["file"]), 1)


def _ready(photos: QuerySet[Photo], selection: Selection) -> QuerySet[Photo]:
    photos = (
        photos.select_related(None)
        .select_related("owner", "labelled_by", "prediction__label")
        .defer("prediction__embedding", "prediction__top", "prediction__similar")
    )
    if selection.since:
        photos = photos.filter(labelled_at__gte=selection.since)
    if selection.before:
        photos = photos.filter(labelled_at__lt=selection.before)
    return photos


def _newest_first(photos: QuerySet[Photo]) -> Iterator[Photo]:
    """Read a page at a time, each starting behind the last photo of the one before, so that no
    database cursor stays open for as long as a download takes."""
    page = list(photos.order_by("-created", "-id")[:_PAGE])
    while page:
        yield from page
        last = page[-1]
        behind = photos.filter(created__lte=last.created).exclude(
            created=last.created, id__gte=last.id
        )
        page = list(behind.order_by("-created", "-id")[:_PAGE])


def _row(photo: Photo, label: Label, file: str) -> dict[str, Any]:
    done = photo.prediction if photo.prediction and photo.prediction.state == State.DONE else None
    return {
        "file": file,
        "label": label.slug,
        "category": label.id,
        "name": photo.name,
        "sha256": photo.sha256,
        "width": photo.width,
        "height": photo.height,
        "owner": photo.owner.username,
        "labelled_by": photo.labelled_by.username if photo.labelled_by else "",
        "labelled_at": photo.labelled_at.isoformat() if photo.labelled_at else "",
        "split": photo.split,
        "prediction": done.label.slug if done and done.label else "",
        "confidence": done.confidence if done else "",
        "id": str(photo.id),
    }


def _open(photo: Photo) -> IO[bytes] | None:
    try:
        return photo.original_path.open("rb")
    except OSError:
        return None


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(_CHUNK_BYTES):
        yield piece


def _error(row: dict[str, Any]) -> str:
    return f"{row['missing']}: the original of {row['id']} is missing\n"


def _listed(entries: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """The elements of a JSON array."""
    for number, entry in enumerate(entries):
        yield (b",\n" if number else b"\n") + json.dumps(entry, ensure_ascii=False).encode()


def _image(number: int, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": number,
        "file_name": row["file"],
        "width": row["width"],
        "height": row["height"],
        "date_captured": "",
        "sha256": row["sha256"],
        "split": row["split"],
    }


def _annotation(number: int, row: dict[str, Any]) -> dict[str, Any]:
    width, height = row["width"], row["height"]
    return {
        "id": number,
        "image_id": number,
        "category_id": row["category"],
        "bbox": [0, 0, width, height],
        "area": width * height,
        "segmentation": [],
        "iscrowd": 0,
    }
