"""A bundle: a version's folder as one ZIP file, to carry it to another Ark. Torch-free."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

from recognition.cnn.manifest import MANIFEST_NAME, Manifest, read_manifest, verify

_MAX_MANIFEST_BYTES = 16 * 1024 * 1024
_CHUNK_BYTES = 1024 * 1024


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
    """Unpack a bundle into a new folder and verify all its digests.

    Only files that its model.json names are written, and at most `max_bytes` in all, whatever
    the archive says of its sizes. If anything is wrong, no folder is left.
    Raises BadBundle, or CorruptCheckpoint.
    """
    folder.mkdir(parents=True)
    try:
        _unpack(archive, folder, max_bytes)
        return verify(folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        shutil.rmtree(folder)
        raise BadBundle(f"This is no bundle: {error}") from error
    except BaseException:
        shutil.rmtree(folder)
        raise


def _unpack(archive: Path, folder: Path, max_bytes: int) -> None:
    with zipfile.ZipFile(archive) as file:
        if MANIFEST_NAME not in file.namelist():
            raise BadBundle(f"This is no bundle: it contains no {MANIFEST_NAME}.")
        _copy(file, MANIFEST_NAME, folder, _MAX_MANIFEST_BYTES)
        left = max_bytes
        for name in read_manifest(folder).files:
            # A name with a folder in it could lead out of this one.
            if name != Path(name).name or name not in file.namelist():
                raise BadBundle(f"The bundle is incomplete: {name} is missing.")
            left -= _copy(file, name, folder, left)


def _copy(file: zipfile.ZipFile, name: str, folder: Path, max_bytes: int) -> int:
    written = 0
    with file.open(name) as source, (folder / name).open("xb") as target:
        while chunk := source.read(_CHUNK_BYTES):
            written += len(chunk)
            if written > max_bytes:
                raise BadBundle(f"The bundle is too large: {name} does not end.")
            target.write(chunk)
    return written
