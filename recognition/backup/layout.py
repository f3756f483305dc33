"""What is where in a backup, and what its manifest says."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from recognition.cnn.manifest import sha256_of_fields

FORMAT = 1
MANIFEST, FILES, SECRET = "manifest.json", "files.jsonl.gz", "secret-key"
SHA256 = re.compile(r"[0-9a-f]{64}")
SNAPSHOT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}(-\d+)?")
TABLE = re.compile(r"[a-z_0-9]+\.[a-z_0-9]+")


class BadBackup(ValueError):
    """It is no backup, or is damaged, or this Ark cannot read it. Says what is wrong."""


@dataclass
class Manifest:
    """One snapshot.

    tables: rows by table ("recognition.photo"). files: the sha256 of the snapshot's own files.
    versions: by the name of the folder in models_store, the sha256 of each file. migrations: by
    app, those that were applied. damaged: ids of photos whose original could not be backed up.
    gone: ids of photos that were deleted while the backup ran.
    """

    created: str
    database: str
    tables: dict[str, int]
    files: dict[str, str]
    versions: dict[str, dict[str, str]]
    migrations: dict[str, list[str]]
    objects: int = 0
    size_bytes: int = 0
    damaged: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def object_path(sha256: str) -> str:
    if not SHA256.fullmatch(sha256):
        raise BadBackup(f"{sha256!r} is no sha256.")
    return f"objects/{sha256[:2]}/{sha256}"


def to_document(manifest: Manifest) -> dict[str, Any]:
    fields = asdict(manifest)
    return {"format": FORMAT, "sha256": sha256_of_fields(fields), "backup": fields}


def from_document(document: Any) -> Manifest:
    """Raises BadBackup."""
    try:
        fields = document["backup"]
        if document["format"] != FORMAT:
            raise BadBackup(f"It has format {document['format']}: a newer Ark made it.")
        if document["sha256"] != sha256_of_fields(fields):
            raise BadBackup("Its manifest was changed after it was written.")
        manifest = Manifest(**fields)
        _check_names(manifest)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadBackup(f"Its manifest cannot be read: {error!r}") from error
    return manifest


def _check_names(manifest: Manifest) -> None:
    """None may lead out of the folders where its file belongs."""
    for table in manifest.tables:
        if not TABLE.fullmatch(table):
            raise BadBackup(f"{table!r} is no table.")
    for folder, files in manifest.versions.items():
        if not (folder.isascii() and (folder.isdecimal() or folder == "finder")):
            raise BadBackup(f"{folder!r} is no folder of a version.")
        for name, sha256 in files.items():
            if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", name):
                raise BadBackup(f"{name!r} is no file of a version.")
            object_path(sha256)
