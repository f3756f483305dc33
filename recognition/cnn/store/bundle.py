"""A bundle: a version's folder as one ZIP file, to carry it to another Ark. Torch-free."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

from recognition.cnn.manifest import MANIFEST_NAME, Manifest, verify
from recognition.cnn.store.manifest_schema import MAX_MANIFEST_BYTES, VERSION_FILES, check_manifest
from recognition.cnn.store.zip_reader import BadArchive, BadEntry, ZipReader

_MAX_ENTRIES = 64


class BadBundle(ValueError):
    """The file is no bundle, or contains what a bundle must not contain."""


def pack(folder: Path, archive: Path) -> None:
    """Write the files of `folder` into a ZIP file, which appears whole or not at all."""
    draft = archive.with_name(f".{archive.name}.{os.getpid()}")
    draft.parent.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as file:
            for path in sorted(folder.iterdir()):
                file.write(path, path.name)
        draft.replace(archive)
    finally:
        draft.unlink(missing_ok=True)


def unpack(archive: Path, folder: Path, max_bytes: int) -> Manifest:
    """Unpack a bundle into a new folder, hold its model.json against the schema and verify all
    digests.

    Only files that a version has and its model.json names are written, and at most `max_bytes` in
    all, whatever the archive says of its sizes. If anything is wrong, no folder is left.
    Raises BadBundle, or CorruptCheckpoint.
    """
    folder.mkdir(parents=True)
    try:
        with archive.open("rb") as stream:
            _unpack(ZipReader(stream, _MAX_ENTRIES), folder, max_bytes)
        return verify(folder)
    except (BadArchive, BadEntry) as error:
        shutil.rmtree(folder)
        raise BadBundle(f"This is no bundle: {error}") from error
    except BaseException:
        shutil.rmtree(folder)
        raise


def _unpack(archive: ZipReader, folder: Path, max_bytes: int) -> None:
    entries = {entry.filename: entry for entry in archive.entries}
    if len(entries) < len(archive.entries):
        raise BadBundle("This is no bundle: it contains two files of the same name.")
    if MANIFEST_NAME not in entries:
        raise BadBundle(f"This is no bundle: it contains no {MANIFEST_NAME}.")
    _copy(archive, entries[MANIFEST_NAME], folder, MAX_MANIFEST_BYTES)
    left_bytes = max_bytes
    for name in check_manifest(folder).files:
        # A name with a folder in it could lead out of this one.
        if name not in VERSION_FILES or name not in entries:
            raise BadBundle(f"The bundle is incomplete: {name} is missing.")
        left_bytes -= _copy(archive, entries[name], folder, left_bytes)


def _copy(archive: ZipReader, entry: zipfile.ZipInfo, folder: Path, max_bytes: int) -> int:
    written = 0
    with (folder / entry.filename).open("xb") as target:
        for chunk in archive.chunks(entry):
            written += len(chunk)
            if written > max_bytes:
                raise BadBundle(f"The bundle is too large: {entry.filename} does not end.")
            target.write(chunk)
    return written
