"""Explanations as files: ARK_HOME/media/explanations/<photo>/<version>/<name>.json, and pictures.

All of it can be worked out again, so what was written long ago goes, and the rest stays within
MOST_BYTES.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from recognition.files import of_explanations, of_photos
from recognition.files.listed import Listed
from recognition.files.moving import whole_file
from recognition.models import Photo
from recognition.photos.uploads import new_incoming_path

logger = logging.getLogger(__name__)

MOST_BYTES = 2 << 30
KEPT_FOR_S = 30 * 24 * 60 * 60
CLEAN_EVERY_S = 24 * 60 * 60

_PHOTO = re.compile("[0-9a-f]{32}")
_cleaned_s = float("-inf")


class _Folder(NamedTuple):
    """Of one photo. written_s: when the last of it was."""

    written_s: float
    size_bytes: int
    photo_id: UUID


def read(photo_id: UUID, number: int, name: str) -> dict[str, Any] | None:
    """number: of the version. None if nothing of this name is kept, or it cannot be read."""
    try:
        path = of_explanations.latest(_path(photo_id, number, f"{name}.json"))
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        logger.warning("an explanation of %s is damaged: %s", photo_id, error)
        return None
    return document if isinstance(document, dict) else None


def picture(photo_id: UUID, number: int, name: str) -> Path:
    """Where a picture is. Raises FileNotFoundError if it is not kept, at the latest when it is
    opened."""
    return of_explanations.latest(_picture_path(photo_id, number, name))


def keep(
    photo_id: UUID,
    number: int,
    name: str,
    document: Mapping[str, Any],
    pictures: Mapping[str, bytes] | None = None,
) -> None:
    """Keep a document in the place of the one that was there, if the photo still is.

    pictures: WebP, by name; they are there before the document tells of them.
    """
    drawn = {
        _picture_path(photo_id, number, name): image for name, image in (pictures or {}).items()
    }
    _write(drawn)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    _write({_path(photo_id, number, f"{name}.json"): text.encode()})
    if not of_photos.are_wanted(photo_id):
        forget(photo_id)


def forget(*photo_ids: UUID) -> None:
    """Remove all that is kept of these photos."""
    of_explanations.remove([Photo(id=photo_id) for photo_id in photo_ids])


def clean_if_due() -> None:
    """The explainer's job, once a day."""
    global _cleaned_s
    if time.monotonic() >= _cleaned_s + CLEAN_EVERY_S:
        forget_old()
        _cleaned_s = time.monotonic()


def forget_old() -> None:
    """Remove what is older than KEPT_FOR_S and, beyond MOST_BYTES, what was written first."""
    oldest_s, left_bytes = time.time() - KEPT_FOR_S, MOST_BYTES
    old = []
    for folder in sorted(_folders(), reverse=True):
        left_bytes -= folder.size_bytes
        if left_bytes < 0 or folder.written_s < oldest_s:
            old.append(folder.photo_id)
    forget(*old)


def _folders() -> Iterator[_Folder]:
    """Of photos; what else lies there is left to the storage check."""

    def folder_of(file: Listed) -> str:
        return file.path.parents[1].name  # above it, that of the version

    for name, files in groupby(of_explanations.listed(), folder_of):
        if not _PHOTO.fullmatch(name):
            continue
        found = list(files)
        written_s = max(file.changed_s for file in found)
        yield _Folder(written_s, sum(file.size_bytes for file in found), UUID(name))


def _path(photo_id: UUID, number: int, file: str) -> Path:
    return Photo(id=photo_id).explanations_path / str(number) / file


def _picture_path(photo_id: UUID, number: int, name: str) -> Path:
    return _path(photo_id, number, f"{name}.webp")


def _write(contents: Mapping[Path, bytes]) -> None:
    for path, content in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = new_incoming_path()
        with whole_file(path, draft):
            draft.write_bytes(content)
    of_explanations.written(*contents)
