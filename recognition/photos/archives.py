"""ZIP archives of photos: read one entry at a time, never trusted."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PureWindowsPath
from typing import IO

from django.conf import settings
from django.contrib.auth.models import User

from recognition.cnn.pixels.signatures import looks_like_a_photo
from recognition.labels.tree import LabelFinder
from recognition.models import Batch, Label
from recognition.photos import dataset_tables, intake
from recognition.photos.dataset_tables import DataSet
from recognition.photos.intake import Marks
from recognition.photos.refusals import Refusal
from recognition.photos.uploads import MEGABYTE, SpooledUpload, new_incoming_path

_CHUNK_BYTES = 256 * 1024
_HEAD_BYTES = 32
_DIRECTORY_BYTES_A_FILE = 512
_TABLE_BYTES_A_FILE = 1024
# bzip2 and LZMA come with working memory whose size a stranger chooses.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What zipfile raises over damaged entries; a file on our own disk gives no OSError of its own.
_DAMAGED = (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, zlib.error)


class UnreadableArchive(Exception):
    """The archive as a whole is refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def accept(
    archive: SpooledUpload, labelled: bool, owner: User, batch: Batch
) -> list[intake.Outcome]:
    """Accept each photo in the archive; if `labelled`, the folder it is in names its label.

    What another Ark exported keeps its names and labels; those that are new here are added if the
    owner may do that. Raises UnreadableArchive if there is nothing to read or too much.
    """
    with archive.path.open("rb") as stream, _open(stream) as opened:
        entries = _photos_in(opened)
        if len(entries) > settings.ARK_MAX_BULK_FILES:
            raise UnreadableArchive(Refusal("request_too_large"))
        names: list[str] = []
        refused: list[intake.Outcome] = []
        data_set = _data_set(opened, entries)
        photos = [entry for entry in entries if not data_set.owns(_path(entry))]
        find_label = _label_finder(data_set, owner) if labelled else None
        marks: dict[str, Marks] = {}
        uploads = _extract(opened, photos, data_set, find_label, names, refused, marks)
        accepted = enumerate(intake.accept(uploads, owner, batch, marks))
        return [replace(outcome, name=names[i]) for i, outcome in accepted] + refused


def _open(stream: io.BufferedReader) -> zipfile.ZipFile:
    """zipfile reads the whole directory at once, and then makes an object of each entry."""
    try:
        return zipfile.ZipFile(_LimitedReader(stream))
    except _DAMAGED as error:
        raise UnreadableArchive(Refusal("not_an_archive")) from error


class _LimitedReader:
    """A file that refuses to be read in one piece larger than a directory may be."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable
        self._read = stream.read

    def read(self, size: int = -1) -> bytes:
        limit = settings.ARK_MAX_BULK_FILES * _DIRECTORY_BYTES_A_FILE + _CHUNK_BYTES
        content = self._read(limit + 1 if size < 0 else min(size, limit + 1))
        if len(content) > limit:
            raise UnreadableArchive(Refusal("request_too_large"))
        return content

    def close(self) -> None:
        """Whoever opened the file closes it."""


def _photos_in(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files that a person put there, without what macOS and Windows add."""
    return [
        entry
        for entry in archive.infolist()
        if not entry.is_dir()
        and not entry.filename.startswith("__MACOSX/")
        and not _path(entry).name.startswith(".")
        and _path(entry).name not in ("Thumbs.db", "desktop.ini")
    ]


def _path(entry: zipfile.ZipInfo) -> PureWindowsPath:
    """Some archives made on Windows have its separators; both kinds count."""
    return PureWindowsPath(entry.filename)


def _data_set(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> DataSet:
    """The tables of the archive, if it is an exported data set."""
    by_path = {_path(entry): entry for entry in entries}
    folders = sorted(
        (path.parent for path in by_path if path.name == dataset_tables.PHOTOS),
        key=lambda folder: len(folder.parts),
    )
    if not folders:
        return DataSet()
    folder = folders[0]

    def open_file(name: str) -> IO[bytes] | None:
        entry = by_path.get(folder / name)
        return archive.open(entry) if entry and _is_modest(entry) else None

    try:
        return dataset_tables.read(folder, open_file)
    except _DAMAGED:
        return DataSet()


def _is_modest(entry: zipfile.ZipInfo) -> bool:
    """Whether a table can be read without harm."""
    return (
        not entry.flag_bits & 0x1
        and entry.compress_type in _METHODS
        and entry.file_size <= settings.ARK_MAX_BULK_FILES * _TABLE_BYTES_A_FILE
    )


def _label_finder(data_set: DataSet, owner: User) -> LabelFinder:
    may_add = owner.has_perm("recognition.add_label")
    return LabelFinder(data_set.labels if may_add else {}, by=owner)


def _label(name: str, find_label: LabelFinder | None) -> Label | None:
    if find_label is None:
        return None
    label = find_label(name)
    if label is None:
        raise _Refused("unknown_label")
    return label


def _extract(
    archive: zipfile.ZipFile,
    entries: list[zipfile.ZipInfo],
    data_set: DataSet,
    find_label: LabelFinder | None,
    names: list[str],
    refused: list[intake.Outcome],
    marks: dict[str, Marks],
) -> Iterator[tuple[SpooledUpload, Label | None]]:
    left_bytes = settings.ARK_MAX_BULK_MB * MEGABYTE
    for entry in entries:
        described = data_set.describe(_path(entry))
        try:
            _check(archive, entry, left_bytes)
            label = _label(described.label, find_label)
            left_bytes -= entry.file_size
            upload = _unpack(archive, entry, described.name)
            names.append(entry.filename)
            if find_label:
                marks[upload.sha256] = intake.marks(data_set, _path(entry), find_label)
            yield upload, label
        except _Refused as error:
            refused.append(intake.Outcome(entry.filename, refusal=Refusal(error.code)))


class _Refused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _check(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left_bytes: int) -> None:
    """Refuse an entry before it is unpacked, by what the directory and its first bytes say.

    Its stated size can be believed: zipfile never unpacks more than that.
    """
    if entry.flag_bits & 0x1:
        raise _Refused("encrypted")
    if entry.compress_type not in _METHODS:
        raise _Refused("unsupported_compression")
    if entry.file_size > settings.ARK_MAX_UPLOAD_MB * MEGABYTE:
        raise _Refused("too_large")
    if entry.file_size > left_bytes:
        raise _Refused("request_too_large")
    try:
        with archive.open(entry) as packed:
            head = packed.read(_HEAD_BYTES)
    except _DAMAGED as error:
        raise _Refused("truncated") from error
    if not looks_like_a_photo(head):
        raise _Refused("not_an_image")


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> SpooledUpload:
    """Raises _Refused if the entry is damaged, and OSError when the disk is full."""
    path = new_incoming_path()
    digest = hashlib.sha256()
    size = 0
    try:
        with path.open("wb") as stream:
            for chunk in _chunks(archive, entry):
                stream.write(chunk)
                digest.update(chunk)
                size += len(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return SpooledUpload(path, name, size, digest.hexdigest())


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(entry) as packed:
            while chunk := packed.read(_CHUNK_BYTES):
                yield chunk
    except _DAMAGED as error:
        raise _Refused("truncated") from error
