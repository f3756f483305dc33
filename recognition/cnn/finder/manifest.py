"""What the finder on disk is: finder.json and the files beside it, read without torch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from recognition.cnn.finder.coco import COCO_CLASSES
from recognition.cnn.manifest import (
    CorruptCheckpoint,
    read_fields,
    sha256_of_fields,
    verify_files,
    write_fields,
)

FINDER_MANIFEST_NAME = "finder.json"
_FORMAT = 1


@dataclass(frozen=True)
class FinderManifest:
    """Everything about a finder except its tensors.

    name: in the catalogue; side: of the square that it is given, in pixels.
    classes: what it finds, in the order of its scores.
    reference: what the network answered, in float32 on the CPU, to the reference picture
        (`reference.py`).
    files: the sha256 of every other file in the folder, by name.
    libraries: the versions of the libraries that wrote it.
    """

    name: str
    side: int
    classes: tuple[str, ...] = COCO_CLASSES
    reference: tuple[float, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    libraries: dict[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """The finder's identity: a digest over all fields, the files' digests among them."""
        return sha256_of_fields(_fields(self))


def read_finder(folder: Path) -> FinderManifest:
    """Read finder.json and check its own digest; the other files are not touched.

    Raises CorruptCheckpoint.
    """
    fields = read_fields(folder / FINDER_MANIFEST_NAME, _FORMAT)
    try:
        typed = {name: tuple(fields[name]) for name in ("classes", "reference")}
        return FinderManifest(**{**fields, **typed})
    except (KeyError, TypeError) as error:
        raise CorruptCheckpoint(f"{folder} holds no finder: {error!r}") from error


def verify_finder(folder: Path) -> FinderManifest:
    """Read finder.json and check the sha256 of all files. Raises CorruptCheckpoint."""
    manifest = read_finder(folder)
    verify_files(folder, manifest)
    return manifest


def write_finder(folder: Path, manifest: FinderManifest) -> None:
    """Write finder.json into an existing folder."""
    write_fields(folder / FINDER_MANIFEST_NAME, _fields(manifest), _FORMAT)


def finder_sha256(folder: Path) -> str | None:
    """Which finder is in this folder; None if there is none that can be read. Reads one file."""
    try:
        return read_finder(folder).sha256
    except CorruptCheckpoint:
        return None


def _fields(manifest: FinderManifest) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(json.dumps(asdict(manifest)))
    return fields
