"""Import the photos of a folder on the server. Their files stay as and where they are.

A few files at a time go through intake, so an interruption never leaves half a photo. Run again, it
continues: files whose bytes the owner already has are not even copied.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from django.conf import settings
from django.contrib.auth.models import User

from recognition.cnn.manifest import sha256_of_file
from recognition.cnn.pixels.signatures import HEAD_BYTES, supported_kind
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.labels.finding import LabelFinder
from recognition.models import Batch, Label, Photo
from recognition.photos import batches, intake
from recognition.photos.folders import dataset_tables
from recognition.photos.folders.system_files import is_system_file
from recognition.photos.folders.table_checks import TableChecks
from recognition.photos.intake import Marks, Outcome
from recognition.photos.refusals import Refusal
from recognition.photos.uploads import MEGABYTE, SpooledUpload, new_incoming_path

_PIECE_BYTES = 256 * 1024


@dataclass(frozen=True)
class _Found:
    """A file that looks like a photo.

    shown: its path below the folder. name: the photo's name.
    """

    path: Path
    shown: str
    name: str
    sha256: str
    label: Label | None
    marks: Marks


class NotUnderstood(Exception):
    """The tables of a data set, line by line; nothing was imported."""

    def __init__(self, problems: list[Refusal]) -> None:
        super().__init__("\n".join(problem.detail for problem in problems))


class FolderImport:
    """The import of one folder. Iterating over it does the work, and yields the outcome of each
    file."""

    batch: Batch | None = None

    def __init__(
        self, folder: Path, owner: User, labelled: bool = False, makes_labels: bool = False
    ) -> None:
        """labelled: the folders' names are labels. makes_labels: missing labels are added.

        Raises OSError if the folder cannot be read, and NotUnderstood if its tables say something
        about labels that makes no sense.
        """
        self.folder = folder
        self.owner = owner
        self._tables = {name.lower(): name for name in os.listdir(folder)}
        self._data_set = dataset_tables.read(folder, self._open_table)
        offered = self._data_set.labels if makes_labels else {}
        slugs_first = self._data_set.is_ours
        finder = LabelFinder(offered, makes_labels, owner, slugs_first) if labelled else None
        self._find_label = finder
        if labelled:
            self._must_understand_the_tables(makes_labels)
        self.is_stopping = False

    def _must_understand_the_tables(self, makes_labels: bool) -> None:
        find_label = LabelFinder({})

        def knows(label: str) -> bool:
            return makes_labels or bool(find_label(label)) or self._data_set.offers(label)

        problems = TableChecks(self._open_table, self._has_file, knows).problems()
        if problems:
            raise NotUnderstood(problems)

    def _has_file(self, path: str) -> bool:
        """Apple's file systems take names apart into letters and accents."""
        return any(
            (self.folder / unicodedata.normalize(form, path)).is_file() for form in ("NFC", "NFD")
        )

    def count(self) -> int:
        """How many files there are, photos or not."""
        return sum(1 for _ in self._paths())

    def stop(self) -> None:
        """Stop after the files that are being imported."""
        self.is_stopping = True

    def __iter__(self) -> Iterator[Outcome]:
        paths = self._paths()
        while not self.is_stopping and (some := list(islice(paths, intake.CHUNK))):
            outcomes = list(self._take_in(some))
            if self.batch:
                noted = [each for each in outcomes if each.refusal or each.is_left_out]
                batches.remember(self.batch, noted)
            yield from outcomes

    def _open_table(self, name: str) -> IO[bytes] | None:
        path = self.folder / self._tables.get(name, name)
        return path.open("rb") if path.is_file() else None

    def _paths(self) -> Iterator[Path]:
        """All files below the folder except our own tables, those of systems included, and folders
        that cannot be read."""
        errors: list[OSError] = []
        for folder, folders, names in os.walk(self.folder, onerror=errors.append):
            folders.sort()
            for name in sorted(names):
                path = Path(folder, name)
                if not self._data_set.owns(path):
                    yield path
        yield from (Path(error.filename) for error in errors)

    def _take_in(self, paths: list[Path]) -> Iterator[Outcome]:
        found: dict[str, _Found] = {}
        for path in paths:
            if is_system_file(path.relative_to(self.folder).parts):
                yield Outcome(self._shown(path), is_left_out=True)
                continue
            looked_at = self._look_at(path)
            if isinstance(looked_at, Outcome):
                yield looked_at
            elif looked_at.sha256 in found:
                yield Outcome(looked_at.shown, is_duplicate=True)
            else:
                found[looked_at.sha256] = looked_at
        known = Photo.objects.filter(owner=self.owner, sha256__in=found).order_by()
        here = {photo.sha256: photo for photo in known}
        self._label_what_has_none([(photo, found[sha256]) for sha256, photo in here.items()])
        for sha256, photo in here.items():
            file = found[sha256]
            keeps = file.label is not None and photo.label_id not in (None, file.label.id)
            yield Outcome(file.shown, photo, is_duplicate=True, keeps_label=keeps)
        yield from self._accept([file for sha256, file in found.items() if sha256 not in here])

    def _look_at(self, path: Path) -> _Found | Outcome:
        shown = self._shown(path)
        described = self._data_set.describe(path)
        try:
            refusal = _refusal_at_sight(path)
            sha256 = "" if refusal else sha256_of_file(path)
        except OSError:
            refusal = Refusal("unreadable")
        if refusal:
            return Outcome(shown, refusal=refusal)
        folder = _printable(described.label)
        label = self._find_label(folder) if self._find_label else None
        if self._find_label and not label:
            return Outcome(shown, refusal=Refusal(self._find_label.refusal(folder)))
        marks = intake.marks(self._data_set, path, self._find_label)
        return _Found(path, shown, _printable(described.name), sha256, label, marks)

    def _shown(self, path: Path) -> str:
        return _printable(str(path.relative_to(self.folder)))

    def _label_what_has_none(self, photos: list[tuple[Photo, _Found]]) -> None:
        """A label that somebody has set meanwhile counts more than the folder's name."""
        without = [(photo.id, found) for photo, found in photos if not photo.label_id]
        labels = {
            photo_id: (found.label, found.marks) for photo_id, found in without if found.label
        }
        if labels:
            intake.label_again(labels, self.owner)

    def _accept(self, files: list[_Found]) -> Iterator[Outcome]:
        copies: list[SpooledUpload] = []
        copied: list[_Found] = []
        try:
            for file in files:
                try:
                    copies.append(_copy(file))
                    copied.append(file)
                except OSError:
                    yield Outcome(file.shown, refusal=Refusal("unreadable"))
            if copies:
                self.batch = self.batch or intake.open_batch(self.owner)
                labels = [file.label for file in copied]
                uploads = zip(copies, labels, strict=True)
                marks = {copy.sha256: file.marks for copy, file in zip(copies, copied, strict=True)}
                outcomes = intake.accept(uploads, self.owner, self.batch, marks)
                yield from _named(outcomes, copied)
        finally:
            for copy in copies:
                copy.discard()


def _named(outcomes: Iterable[Outcome], files: list[_Found]) -> Iterator[Outcome]:
    for outcome, file in zip(outcomes, files, strict=True):
        yield Outcome(file.shown, outcome.photo, outcome.is_duplicate, outcome.refusal)


def _refusal_at_sight(path: Path) -> Refusal | None:
    """As far as a file's size and first bytes tell; None if it looks fine."""
    if not path.is_file():  # reading a pipe would wait for ever
        return Refusal("unreadable")
    if path.stat().st_size > settings.ARK_MAX_UPLOAD_MB * MEGABYTE:
        return Refusal("too_large")
    try:
        with path.open("rb") as stream:
            supported_kind(stream.read(HEAD_BYTES))
    except UnreadablePhoto as error:
        return Refusal(error.code, kind=error.kind)
    return None


def _copy(file: _Found) -> SpooledUpload:
    """A copy and no hard link, because a file that is edited later must not change the photo. It is
    hashed again, because it may have been edited since."""
    target = new_incoming_path()
    digest = hashlib.sha256()
    try:
        with file.path.open("rb") as source, target.open("wb") as stream:
            while piece := source.read(_PIECE_BYTES):
                stream.write(piece)
                digest.update(piece)
            size = stream.tell()
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return SpooledUpload(target, file.name, size, digest.hexdigest())


def _printable(text: str) -> str:
    """File names may be any bytes; the database takes only Unicode."""
    return text.encode(errors="replace").decode()
