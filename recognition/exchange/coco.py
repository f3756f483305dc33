"""Object detection as in cocodataset.org/#format-data: a box for what each photo's label is about,
and one for each further labelled part."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone

from recognition.exchange.export_rows import Spool


def document(rows: Spool, categories: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """categories: complete by the time when all rows were read."""
    info = {"description": "Exported by Ark", "date_created": timezone.now().isoformat()}
    yield f'{{"info": {json.dumps(info)}, "licenses": [],\n"images": ['.encode()
    yield from _listed(_image(number, row) for number, row in rows.present())
    yield b'],\n"annotations": ['
    yield from _listed(_annotations(rows))
    yield b'],\n"categories": ['
    yield from _listed(categories)
    yield b"]}\n"


def _listed(entries: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """The elements of a JSON array."""
    for number, entry in enumerate(entries):
        yield (b",\n" if number else b"\n") + json.dumps(entry, ensure_ascii=False).encode()


def _image(number: int, row: dict[str, Any]) -> dict[str, Any]:
    told = [name for name in ("camera", "latitude", "longitude") if row[name] != ""]
    return {
        "id": number,
        "file_name": row["file"],
        "width": row["width"],
        "height": row["height"],
        "date_captured": row["taken_at"],
        **{name: row[name] for name in told},
        "sha256": row["sha256"],
        "split": row["split"],
    }


def _annotations(rows: Spool) -> Iterator[dict[str, Any]]:
    number = 0
    for image, row in rows.present():
        for labelled in (row, *row["parts"]):
            number += 1
            yield {
                "id": number,
                "image_id": image,
                "category_id": labelled["category"],
                **_shape(labelled["box"], row["width"], row["height"]),
                "iscrowd": 0,
            }


def _shape(box: list[float], width: int, height: int) -> dict[str, Any]:
    """In pixels; the segmentation is the rectangle, for tools that ask for one."""
    left, right = (round(edge * width, 2) for edge in box[::2])
    top, bottom = (round(edge * height, 2) for edge in box[1::2])
    across, down = round(right - left, 2), round(bottom - top, 2)
    return {
        "bbox": [left, top, across, down],
        "area": round(across * down, 2),
        "segmentation": [[left, top, right, top, right, bottom, left, bottom]],
    }
