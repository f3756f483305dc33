"""A data set with everything that one can say, made, and told apart from another one."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from recognition.photos.folders.dataset_tables import (
    EDGES,
    LABEL_COLUMNS,
    PART_COLUMNS,
    PHOTO_COLUMNS,
)
from tests.support.exif import photo
from tests.support.files import encoded, picture

LABELS = (  # slug, English, Chinese, kind, parent
    ("dog", "dog", "狗", "animal", "mammal"),
    ("wolf-like", "Wolf-like dog", "狼犬", "animal", "dog"),
    ("pickup", "Pickup", "皮卡", "vehicle", "car"),
    ("car", "car", "汽车", "vehicle", ""),
)
_FORMATS = (("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP"))
_NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
# What another instance gives anew, or what is about people and networks there.
_ITS_OWN = {"id", "owner", "labelled_by", "labelled_at", "prediction", "confidence", "file"}


def write(folder: Path, photos: int) -> None:
    """So many photos with labels, boxes, parts, sides, times, cameras and places."""
    rows, parts = [], []
    for number in range(photos):
        row, content = _photo(number)
        path = folder / row["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        rows.append(row)
        if number % 5 == 0:
            box = dict(zip(EDGES, (0.5, 0.5, 0.9, 0.75), strict=True))
            parts.append({"file": row["file"], "label": "car", **box})
    _write_table(folder / "photos.csv", PHOTO_COLUMNS, rows)
    _write_table(folder / "annotations.csv", PART_COLUMNS, parts)
    labels = [dict(zip(LABEL_COLUMNS, label, strict=True)) for label in LABELS]
    _write_table(folder / "labels.csv", LABEL_COLUMNS, labels)


def told(archive: Path | bytes) -> dict[str, Any]:
    """What an export says, but for what each instance gives anew; by the photos' digests."""
    opened = zipfile.ZipFile(io.BytesIO(archive) if isinstance(archive, bytes) else archive)
    with opened:
        rows = list(_table(opened, "photos.csv"))
        digests = {row["file"]: row["sha256"] for row in rows}
        coco = json.loads(opened.read("coco.json"))
        return {
            "photos": {row["sha256"]: _without(row, _ITS_OWN) for row in rows},
            "parts": sorted(
                (digests[row["file"]], *_without(row, {"file"}).values())
                for row in _table(opened, "annotations.csv")
            ),
            "labels": sorted(tuple(row.values()) for row in _table(opened, "labels.csv")),
            "boxes": sorted(_boxes(coco)),
        }


def _photo(number: int) -> tuple[dict[str, str], bytes]:
    suffix, format = _FORMATS[number % 3]
    slug = LABELS[number % 4][0]
    image = picture(16, 12, number)
    is_told = number % 7 != 0
    taken = _NOON + timedelta(minutes=number)
    said = {"taken": f"{taken:%Y:%m:%d %H:%M:%S}", "offset": "+00:00"}
    content = photo(format, image, **said) if is_told else encoded(image, format)
    row = dict.fromkeys(PHOTO_COLUMNS, "")
    row |= {"file": f"{slug}/Фото 照片 {number}.{suffix}", "label": slug}
    row["name"] = f"Nº {number} – Käfer.{suffix}"
    row["split"] = ("train", "validation", "test", "")[number % 11 % 4]
    if number % 3 == 0:
        row |= dict(zip(EDGES, ("0.1", "0.2", "0.6", "0.7"), strict=True)) | {"box_by": "person"}
    if number % 14 == 0:  # what no file says
        row |= {"taken_at": "2001-02-03T04:05:06+08:00", "camera": "Pinhole 针孔"}
        row |= {"latitude": "-33.5", "longitude": "151.25"}
    return row, content


def _write_table(path: Path, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def _table(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, str]]:
    with archive.open(name) as file:
        yield from csv.DictReader(io.TextIOWrapper(file, "utf-8-sig", newline=""))


def _without(row: Mapping[str, str], names: set[str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if name not in names}


def _boxes(coco: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    images = {image["id"]: image["sha256"] for image in coco["images"]}
    labels = {category["id"]: category["name"] for category in coco["categories"]}
    for made in coco["annotations"]:
        yield images[made["image_id"]], labels[made["category_id"]], str(made["bbox"])
