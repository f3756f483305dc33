"""Is a backup whole: each of its files has the sha256 that stands in its manifest."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

from recognition.backup import layout
from recognition.backup.layout import BadBackup, Manifest
from recognition.backup.places import Place, WrongDigest, copy
from recognition.backup.rows import lines_of

_MOST_BYTES = 256 * 1024 * 1024  # of a manifest


def read_manifest(place: Place, snapshot: str = "") -> tuple[str, Manifest]:
    """Of this snapshot, or of the newest, with its name. Raises BadBackup."""
    names = place.snapshots()
    if not names or (snapshot and snapshot not in names):
        raise BadBackup(f"There is no snapshot {snapshot}".strip() + " in it.")
    name = snapshot or names[-1]
    with place.open(f"snapshots/{name}/{layout.MANIFEST}") as stream:
        content = stream.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise BadBackup("Its manifest is too large.")
    try:
        return name, layout.from_document(json.loads(content))
    except (ValueError, RecursionError) as error:
        raise BadBackup(str(error)) from error


def needed(place: Place, snapshot: str) -> Iterator[tuple[str, str, int]]:
    """The originals of a snapshot: the photo's id, sha256 and size. Raises BadBackup."""
    with place.open(f"snapshots/{snapshot}/{layout.FILES}") as stream:
        for entry in lines_of(stream):
            match entry:
                case [str(id_), str(sha256), int(size_bytes)]:
                    yield id_, sha256, size_bytes
                case _:
                    raise BadBackup("Its list of originals cannot be read.")


def problems(
    place: Place, snapshot: str, manifest: Manifest, only: Collection[str] | None = None
) -> Iterator[str | None]:
    """Read all of it, or of the objects only these; yield None for what is whole, else what is
    wrong."""
    for name, sha256 in manifest.files.items():
        yield _problem(place, f"snapshots/{snapshot}/{name}", sha256)
    seen: set[bytes] = set()  # 32 bytes each: several people may have the same photo
    of_versions = (sha256 for files in manifest.versions.values() for sha256 in files.values())
    for sha256 in of_versions:
        if only is None or sha256 in only:
            yield _problem(place, layout.object_path(sha256), sha256)
    for _id, sha256, _size in needed(place, snapshot):
        path, key = layout.object_path(sha256), bytes.fromhex(sha256)
        if key not in seen and (only is None or sha256 in only):
            seen.add(key)
            yield _problem(place, path, sha256)


def _problem(place: Place, name: str, sha256: str) -> str | None:
    try:
        with place.open(name) as stream:
            copy(stream, None, sha256)
    except (BadBackup, WrongDigest, OSError, EOFError) as error:
        return f"{name}: {'its sha256 is wrong' if isinstance(error, WrongDigest) else error}"
    return None
