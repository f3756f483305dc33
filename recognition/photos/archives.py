"""ZIP archives of photos: read one entry at a time, never trusted."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PureWindowsPath
from typing import IO

from django.conf import settings
from django.contrib.auth.models import User

from recognition.cnn.pixels.signatures import HEAD_BYTES, supported_kind
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.cnn.store.zip_reader import BadArchive, BadEntry, ZipReader
from recognition.labels.finding import LabelFinder
from recognition.models import Batch, Label
from recognition.models.names import plain
from recognition.photos import intake
from recognition.photos.folders import dataset_tables
from recognition.photos.folders.dataset_tables import PHOTOS, DataSet
from recognition.photos.folders.questions import (
    NO_ANSWERS,
    SKIP,
    WITHOUT,
    Answers,
    in_plain_form,
)
from recognition.photos.folders.system_files import is_system_path
from recognition.photos.folders.table_checks import TableChecks
from recognition.photos.intake import Marks
from recognition.photos.refusals import Refusal
from recognition.photos.uploads import MEGABYTE, SpooledUpload, new_incoming_path

_TABLE_BYTES_A_FILE = 1024
_OTHER_ENTRIES = 1000  # tables and folders; macOS adds another one for each file


class UnreadableArchive(Exception):
    """The archive as a whole is refused, for one or more reasons."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(refusals[0].code)
        self.refusals = refusals


def accept(
    archive: SpooledUpload,
    labelled: bool,
    owner: User,
    batch: Batch,
    answers: Answers = NO_ANSWERS,
    creates: bool = False,
) -> list[intake.Outcome]:
    """Accept each photo in the archive; if `labelled`, the folder it is in names its label.

    answers: about folders whose names are none; what is to be skipped has no outcome.
    creates: labels of what else is none are added, for an owner who may.

    What another Ark exported keeps its names and labels; those that are new here are added if the
    owner may do that. Raises UnreadableArchive if there is nothing to read or too much, or if its
    tables say something about labels that is not understood.
    """
    with archive.path.open("rb") as stream:
        opened = _open(stream)
        entries = [entry for entry in opened.entries if not is_system_path(entry.filename)]
        if len(entries) > settings.ARK_MAX_BULK_FILES:
            raise UnreadableArchive(Refusal("request_too_large"))
        names: list[str] = []
        refused: list[intake.Outcome] = []
        tables = _Tables(opened, entries)
        data_set = tables.data_set()
        if labelled:
            tables.must_be_understood(data_set, creates)
        photos = [entry for entry in entries if not data_set.owns(_path(entry))]
        left_out = _left_out(opened)
        if not photos and not left_out:
            raise UnreadableArchive(Refusal("empty_archive"))
        find_label = _Labels(data_set, owner, answers, creates) if labelled else None
        marks: dict[str, Marks] = {}
        uploads = _extract(opened, photos, data_set, find_label, names, refused, marks)
        accepted = enumerate(intake.accept(uploads, owner, batch, marks))
        outcomes = [replace(outcome, name=names[i]) for i, outcome in accepted]
        return outcomes + refused + left_out


def _open(stream: io.BufferedReader) -> ZipReader:
    try:
        return ZipReader(stream, 2 * settings.ARK_MAX_BULK_FILES + _OTHER_ENTRIES)
    except BadArchive as error:
        raise UnreadableArchive(Refusal(error.code)) from error


def _left_out(archive: ZipReader) -> list[intake.Outcome]:
    names = (entry.filename for entry in archive.entries)
    return [intake.Outcome(name, is_left_out=True) for name in names if is_system_path(name)]


def _path(entry: zipfile.ZipInfo) -> PureWindowsPath:
    """Some archives made on Windows have its separators; both kinds count."""
    return PureWindowsPath(entry.filename)


class _Tables:
    """The tables of an archive, if it is an exported data set."""

    def __init__(self, archive: ZipReader, entries: list[zipfile.ZipInfo]) -> None:
        self._archive = archive
        self._by_path = {_path(entry): entry for entry in entries}
        folders = (path.parent for path in self._by_path if path.name.lower() == PHOTOS)
        self._folder = min(folders, key=lambda folder: len(folder.parts), default=None)

    def data_set(self) -> DataSet:
        try:
            return dataset_tables.read(self._folder, self._open) if self._folder else DataSet()
        except BadEntry:
            return DataSet()

    def must_be_understood(self, data_set: DataSet, creates: bool) -> None:
        """creates: whether labels that are missing are added. Raises UnreadableArchive."""
        if self._folder is None:
            return
        find_label = LabelFinder({})
        there = {data_set.below(path) for path in self._by_path}

        def knows(label: str) -> bool:
            return creates or bool(find_label(label)) or data_set.offers(label)

        try:
            problems = TableChecks(self._open, there.__contains__, knows).problems()
        except BadEntry:
            problems = [Refusal("table_not_text", table=PHOTOS)]
        if problems:
            raise UnreadableArchive(*problems)

    def _open(self, name: str) -> IO[bytes] | None:
        entry = self._by_path.get(self._folder / name) if self._folder else None
        if entry is None:
            return None
        if entry.file_size > settings.ARK_MAX_BULK_FILES * _TABLE_BYTES_A_FILE:
            raise BadEntry("too_large", name)
        return io.BytesIO(b"".join(self._archive.chunks(entry)))


class _Labels(LabelFinder):
    """Finds the labels of an archive's photos: as people answered, or as the folders say."""

    def __init__(self, data_set: DataSet, owner: User, answers: Answers, creates: bool) -> None:
        may_add = owner.has_perm("recognition.add_label")
        offered = data_set.labels if may_add else {}
        super().__init__(offered, creates and may_add, by=owner, slugs_first=data_set.is_ours)
        self._answers = in_plain_form(answers)

    def of_folder(self, name: str) -> Label | None:
        """None if the photos in it come without a label. Raises _Refused, or _Skipped."""
        said = self._answers.get(plain(name), name)
        if said is SKIP:
            raise _Skipped
        if said == WITHOUT and plain(name) in self._answers:
            return None
        label = self(said)
        if label is None:
            raise _Refused(self.refusal(said))
        return label


def _extract(
    archive: ZipReader,
    entries: list[zipfile.ZipInfo],
    data_set: DataSet,
    find_label: _Labels | None,
    names: list[str],
    refused: list[intake.Outcome],
    marks: dict[str, Marks],
) -> Iterator[tuple[SpooledUpload, Label | None]]:
    left_bytes = settings.ARK_MAX_BULK_MB * MEGABYTE
    for entry in entries:
        described = data_set.describe(_path(entry))
        try:
            _check(archive, entry, left_bytes)
            label = find_label.of_folder(described.label) if find_label else None
            left_bytes -= entry.file_size
            upload = _unpack(archive, entry, described.name)
            names.append(entry.filename)
            marks[upload.sha256] = intake.marks(data_set, _path(entry), find_label)
            yield upload, label
        except _Skipped:
            continue
        except (_Refused, BadEntry, UnreadablePhoto) as error:
            refusal = Refusal(error.code, kind=getattr(error, "kind", ""))
            refused.append(intake.Outcome(entry.filename, refusal=refusal))


class _Skipped(Exception):
    """A person said so."""


class _Refused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _check(archive: ZipReader, entry: zipfile.ZipInfo, left_bytes: int) -> None:
    """Refuse an entry before it is unpacked, by what the directory and its first bytes say.

    Its stated size can be believed: zipfile never unpacks more than that.
    """
    if entry.file_size > settings.ARK_MAX_UPLOAD_MB * MEGABYTE:
        raise _Refused("too_large")
    if entry.file_size > left_bytes:
        raise _Refused("request_too_large")
    supported_kind(archive.head(entry, HEAD_BYTES))


def _unpack(archive: ZipReader, entry: zipfile.ZipInfo, name: str) -> SpooledUpload:
    """Raises BadEntry if it is damaged, and OSError when the disk is full."""
    path = new_incoming_path()
    digest = hashlib.sha256()
    size = 0
    try:
        with path.open("wb") as stream:
            for chunk in archive.chunks(entry):
                stream.write(chunk)
                digest.update(chunk)
                size += len(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return SpooledUpload(path, name, size, digest.hexdigest())
