"""Where a backup lies: a folder, or a ZIP file."""

from __future__ import annotations

import hashlib
import os
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from recognition.backup.layout import SNAPSHOT, BadBackup, object_path
from recognition.files.moving import whole_file

CHUNK_BYTES = 1024 * 1024


class WrongDigest(Exception):
    """A file is not what its name, or its row, says."""


class Place(ABC):
    """Files by names such as "objects/ab/abcd"."""

    @abstractmethod
    def has(self, name: str) -> bool: ...

    @abstractmethod
    def open(self, name: str) -> IO[bytes]:
        """Raises BadBackup if it is not there."""

    @abstractmethod
    def add(self, name: str, source: IO[bytes], sha256: str) -> None:
        """Copy a file; it appears whole, with this sha256, or not at all. Raises WrongDigest."""

    @abstractmethod
    def snapshots(self) -> list[str]:
        """Oldest first."""

    def add_file(self, path: Path, sha256: str) -> bool:
        """As an object, unless it is there already; whether it was added."""
        name = object_path(sha256)
        if self.has(name):
            return False
        with path.open("rb") as source:
            self.add(name, source, sha256)
        return True


class Folder(Place):
    def __init__(self, path: Path) -> None:
        self.path = path

    def has(self, name: str) -> bool:
        return (self.path / name).is_file()

    def open(self, name: str) -> IO[bytes]:
        try:
            return (self.path / name).open("rb")
        except OSError as error:
            raise BadBackup(f"{name} is missing: {error}") from error

    def add(self, name: str, source: IO[bytes], sha256: str) -> None:
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        with whole_file(target, draft), draft.open("xb") as stream:
            copy(source, stream, sha256)

    def snapshots(self) -> list[str]:
        folder = self.path / "snapshots"
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        return sorted(filter(SNAPSHOT.fullmatch, names))


class Zip(Place):
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def has(self, name: str) -> bool:
        return name in self._archive.NameToInfo

    def open(self, name: str) -> IO[bytes]:
        try:
            return self._archive.open(name)
        except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise BadBackup(f"{name} cannot be read: {error}") from error

    def add(self, name: str, source: IO[bytes], sha256: str) -> None:
        """Looked at before it is written, for nothing can be taken out of an archive again."""
        with self._archive.open(name, "w", force_zip64=True) as stream:
            copy(source, stream, sha256)

    def add_file(self, path: Path, sha256: str) -> bool:
        if self.has(object_path(sha256)):
            return False
        with path.open("rb") as source:
            copy(source, None, sha256)
        return super().add_file(path, sha256)

    def snapshots(self) -> list[str]:
        parts = (name.split("/") for name in self._archive.NameToInfo)
        names = {part[1] for part in parts if len(part) > 2 and part[0] == "snapshots"}
        return sorted(filter(SNAPSHOT.fullmatch, names))


@contextmanager
def opened(path: Path) -> Iterator[Place]:
    """A backup to read. Raises BadBackup."""
    if path.is_dir():
        yield Folder(path)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield Zip(archive)
    except (zipfile.BadZipFile, FileNotFoundError) as error:
        raise BadBackup(f"{path} is no backup: {error}") from error


def copy(source: IO[bytes], target: IO[bytes] | None, sha256: str) -> None:
    """Raises WrongDigest at the end; without a target it only looks."""
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK_BYTES):
        digest.update(chunk)
        if target:
            target.write(chunk)
    if digest.hexdigest() != sha256:
        raise WrongDigest(sha256)
