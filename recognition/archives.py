"""ZIP archives of photos: read one entry at a time, never trusted."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from django.conf import settings
from django.contrib.auth.models import User

from recognition import intake
from recognition.cnn.decoding import looks_like_a_photo
from recognition.models import Batch, Label
from recognition.refusals import Refusal
from recognition.uploads import MEGABYTE, SpooledUpload, new_incoming_path

_CHUNK_BYTES = 256 * 1024
_HEAD_BYTES = 32


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
    try:
        with zipfile.ZipFile(archive.path) as opened:
            entries = _photos_in(opened)
            if len(entries) > settings.ARK_MAX_BULK_FILES:
                raise UnreadableArchive(Refusal("request_too_large"))
            refused: list[intake.Outcome] = []
            labels = {label.slug: label for label in Label.objects.filter(active=True)}
            uploads = _extract(opened, entries, labels if labelled else None, refused)
            return [*intake.accept(uploads, owner, batch), *refused]
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableArchive(Refusal("not_an_archive")) from error


def _photos_in(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files that a person put there, without what macOS and Windows add."""
    return [
        entry
        for entry in archive.infolist()
        if not entry.is_dir()
        and not entry.filename.startswith("__MACOSX/")
        and not PurePosixPath(entry.filename).name.startswith(".")
        and PurePosixPath(entry.filename).name not in ("Thumbs.db", "desktop.ini")
    ]


def _extract(
    archive: zipfile.ZipFile,
    entries: list[zipfile.ZipInfo],
    labels: dict[str, Label] | None,
    refused: list[intake.Outcome],
) -> Iterator[tuple[SpooledUpload, Label | None]]:
    left_bytes = settings.ARK_MAX_BULK_MB * MEGABYTE
    for entry in entries:
        label = None
        refusal = None
        if labels is not None:
            folder = PurePosixPath(entry.filename).parent.name
            label = labels.get(folder)
            if label is None:
                refusal = Refusal("unknown_label")
        upload = refusal or _extract_one(archive, entry, left_bytes)
        if isinstance(upload, Refusal):
            refused.append(intake.Outcome(entry.filename, refusal=upload))
        else:
            left_bytes -= upload.size
            yield upload, label


def _extract_one(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left_bytes: int
) -> SpooledUpload | Refusal:
    """Unpack a file to the disk, unless its first bytes or its size speak against it.

    Its stated size can be believed: zipfile never unpacks more than that.
    """
    if entry.flag_bits & 0x1:
        return Refusal("encrypted")
    if entry.file_size > settings.ARK_MAX_UPLOAD_MB * MEGABYTE:
        return Refusal("too_large")
    if entry.file_size > left_bytes:
        return Refusal("request_too_large")
    path = new_incoming_path()
    digest = hashlib.sha256()
    try:
        with archive.open(entry) as packed:
            chunk = packed.read(_HEAD_BYTES)
            if not looks_like_a_photo(chunk):
                return Refusal("not_an_image")
            with path.open("wb") as stream:
                while chunk:
                    stream.write(chunk)
                    digest.update(chunk)
                    chunk = packed.read(_CHUNK_BYTES)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error):
        path.unlink(missing_ok=True)
        return Refusal("truncated")
    return SpooledUpload(path, entry.filename, entry.file_size, digest.hexdigest())
