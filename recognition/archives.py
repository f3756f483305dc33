"""ZIP archives of photos: read one entry at a time, never trusted."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PureWindowsPath

from django.conf import settings
from django.contrib.auth.models import User

from recognition import intake
from recognition.cnn.decoding import looks_like_a_photo
from recognition.models import Batch, Label
from recognition.refusals import Refusal
from recognition.uploads import MEGABYTE, SpooledUpload, new_incoming_path

_CHUNK_BYTES = 256 * 1024
_HEAD_BYTES = 32
_DIRECTORY_BYTES_A_FILE = 512
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

    Raises UnreadableArchive if there is nothing to read or too much.
    """
    with archive.path.open("rb") as stream, _open(stream) as opened:
        entries = _photos_in(opened)
        if len(entries) > settings.ARK_MAX_BULK_FILES:
            raise UnreadableArchive(Refusal("request_too_large"))
        names: list[str] = []
        refused: list[intake.Outcome] = []
        labels = {label.slug: label for label in Label.objects.filter(active=True)}
        uploads = _extract(opened, entries, labels if labelled else None, names, refused)
        accepted = enumerate(intake.accept(uploads, owner, batch))
        return [replace(outcome, name=names[i]) for i, outcome in accepted] + refused


def _open(stream: io.BufferedReader) -> zipfile.ZipFile:
    """zipfile reads the whole directory at once, and then makes an object of each entry."""
    try:
        return zipfile.ZipFile(_Sparing(stream))
    except _DAMAGED as error:
        raise UnreadableArchive(Refusal("not_an_archive")) from error


class _Sparing:
    """A file of which nobody can read very much at once."""

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


def _extract(
    archive: zipfile.ZipFile,
    entries: list[zipfile.ZipInfo],
    labels: dict[str, Label] | None,
    names: list[str],
    refused: list[intake.Outcome],
) -> Iterator[tuple[SpooledUpload, Label | None]]:
    left_bytes = settings.ARK_MAX_BULK_MB * MEGABYTE
    for entry in entries:
        label = labels.get(_path(entry).parent.name) if labels else None
        try:
            if labels is not None and label is None:
                raise _Refused("unknown_label")
            _check(archive, entry, left_bytes)
            left_bytes -= entry.file_size
            upload = _unpack(archive, entry)
            names.append(entry.filename)
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


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> SpooledUpload:
    path = new_incoming_path()
    digest = hashlib.sha256()
    size = 0
    try:
        with archive.open(entry) as packed, path.open("wb") as stream:
            while chunk := packed.read(_CHUNK_BYTES):
                stream.write(chunk)
                digest.update(chunk)
                size += len(chunk)
    except _DAMAGED as error:
        path.unlink(missing_ok=True)
        raise _Refused("truncated") from error
    return SpooledUpload(path, _path(entry).name, size, digest.hexdigest())
