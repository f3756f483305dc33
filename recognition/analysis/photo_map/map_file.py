"""The map as it was last drawn: one file, which appears whole or not at all."""

from __future__ import annotations

import json
import logging
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.conf import settings

from recognition.analysis.photo_map.placing import Places
from recognition.files import of_explanations
from recognition.files.moving import whole_file

logger = logging.getLogger(__name__)


class About(NamedTuple):
    """version: the number of the one whose embeddings were used. is_all: whether no photo had to
    stay out for want of room."""

    made: datetime
    version: int
    backbone: str
    photos: int
    is_all: bool


class PhotoMap(NamedTuple):
    about: About
    ids: list[UUID]
    places: Places


def path() -> Path:
    folder: Path = settings.ARK_PHOTO_MAP
    return folder / "photos.npz"


def keep(about: About, ids: Sequence[UUID], places: Places) -> None:
    """Instead of the last one."""
    path().parent.mkdir(parents=True, exist_ok=True)
    draft = path().with_suffix(".part")
    fields = {**about._asdict(), "made": about.made.isoformat()}
    with whole_file(path(), draft), draft.open("wb") as file:
        np.savez(
            file,
            about=np.frombuffer(json.dumps(fields).encode(), np.uint8),
            ids=np.frombuffer(b"".join(id_.bytes for id_ in ids), np.uint8).reshape(-1, 16),
            places=places,
        )
    of_explanations.written(path())


def about() -> About | None:
    """What the last one is of; None if there is none."""
    read = _read("about")
    return _about(read["about"]) if read else None


def last() -> PhotoMap | None:
    read = _read("about", "ids", "places")
    if read is None:
        return None
    ids = [UUID(bytes=row.tobytes()) for row in read["ids"]]
    return PhotoMap(_about(read["about"]), ids, read["places"])


def _read(*names: str) -> dict[str, npt.NDArray[Any]] | None:
    try:
        with np.load(of_explanations.latest(path())) as file:
            return {name: file[name] for name in names}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        logger.warning("the map of the photos cannot be read: %r", error)
        return None


def _about(document: npt.NDArray[np.uint8]) -> About:
    fields = json.loads(document.tobytes())
    return About(**{**fields, "made": datetime.fromisoformat(fields["made"])})
