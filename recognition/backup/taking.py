"""Take a backup: the rows as they are at one moment, then the files that they need.

Files never change under their names. So what was there at that moment is copied afterwards, and
what comes meanwhile belongs to the next snapshot. Interrupted, it leaves objects that the next run
finds again, and no snapshot.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from recognition.backup import layout, rows
from recognition.backup.layout import Manifest
from recognition.backup.places import Folder, Place, WrongDigest, Zip
from recognition.cnn.manifest import CorruptCheckpoint, sha256_of_file, verify
from recognition.files import of_photos, of_versions
from recognition.models import ModelVersion, Photo
from recognition.storage import tables as originals
from recognition.versions import finder
from webapp.home import SECRET_KEY_FILE

_BROUGHT_AT_ONCE = 16  # originals that are elsewhere
OnProgress = Callable[[int, int], None]  # bytes done, bytes in all


@dataclass
class Taken:
    """added: objects that were not there before. damaged: what could not be backed up, and why."""

    snapshot: str
    manifest: Manifest
    added: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def take(path: Path, with_secrets: bool, on_progress: OnProgress = lambda *_: None) -> Taken:
    """Into a folder, where snapshots add up, or into a new file if the name ends in .zip.

    Raises OSError, BlockingIOError if another backup into the folder runs, and FileExistsError.
    """
    if path.suffix.lower() == ".zip" and not path.is_dir():
        return _take_into_file(path, with_secrets, on_progress)
    path.mkdir(parents=True, exist_ok=True)
    with _alone_in(path):
        return _Taking(Folder(path), path, with_secrets, on_progress).run()


def _take_into_file(path: Path, with_secrets: bool, on_progress: OnProgress) -> Taken:
    if path.exists():
        raise FileExistsError(f"{path} is there already; a folder can be added to.")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    work = path.with_name(f".{path.name}.{os.getpid()}.rows")
    try:
        work.mkdir(parents=True)
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            taken = _Taking(Zip(archive), work, with_secrets, on_progress).run()
        draft.replace(path)
        return taken
    finally:
        draft.unlink(missing_ok=True)
        shutil.rmtree(work, ignore_errors=True)


class _Taking:
    """work: a folder where the snapshot is put together."""

    def __init__(
        self, place: Place, work: Path, with_secrets: bool, on_progress: OnProgress
    ) -> None:
        self._place, self._on_progress, self._with_secrets = place, on_progress, with_secrets
        self._name = _new_name(place)
        self._draft = work / "snapshots" / f".{self._name}"
        self._added: list[str] = []
        self._damaged: list[str] = []
        self._photos: list[str] = []
        self._gone: list[str] = []
        self._done_bytes = 0

    def run(self) -> Taken:
        for left in self._draft.parent.glob(".*"):  # by a run that was interrupted
            shutil.rmtree(left)
        (self._draft / "tables").mkdir(parents=True)
        try:
            manifest = self._put_together()
            self._publish(manifest)
        finally:
            shutil.rmtree(self._draft, ignore_errors=True)
        return Taken(self._name, manifest, self._added, self._damaged)

    def _put_together(self) -> Manifest:
        created = timezone.now().isoformat()
        with rows.one_moment():
            counts = {label: self._dump(label, model) for label, model in rows.tables().items()}
            wanted_bytes = self._note_originals()
            known = list(ModelVersion.objects.order_by("number").only("number", "sha256"))
            migrations = _migrations()
        self._copy_originals(wanted_bytes)
        versions = self._copy_versions(known)
        if self._with_secrets and SECRET_KEY_FILE.exists():
            shutil.copyfile(SECRET_KEY_FILE, self._draft / layout.SECRET)
        inside = sorted(path for path in self._draft.rglob("*") if path.is_file())
        inside = [path for path in inside if path.name != "wanted.jsonl"]
        return Manifest(
            created=created,
            database=connection.vendor,
            tables=counts,
            files={str(p.relative_to(self._draft)): sha256_of_file(p) for p in inside},
            versions=versions,
            migrations=migrations,
            objects=self._objects,
            size_bytes=wanted_bytes,
            damaged=self._photos,
            gone=self._gone,
        )

    def _dump(self, label: str, model: Any) -> int:
        with (self._draft / "tables" / f"{label}.jsonl.gz").open("wb") as stream:
            return sum(1 for _row in rows.dump(model, stream))

    def _note_originals(self) -> int:
        """For after the moment: which originals the rows need."""
        wanted_bytes = self._objects = 0
        with (self._draft / "wanted.jsonl").open("w") as file:
            for table in originals.all_of_them():
                values = table.order_by("id").values_list("id", "sha256", "size_bytes")
                for id_, sha256, size_bytes in values.iterator(2000):
                    file.write(json.dumps([str(id_), sha256, size_bytes]) + "\n")
                    wanted_bytes += size_bytes
                    self._objects += 1
        return wanted_bytes

    def _copy_originals(self, wanted_bytes: int) -> None:
        wanted = self._draft / "wanted.jsonl"
        with (
            wanted.open() as lines,
            (self._draft / layout.FILES).open("wb") as stream,
            gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) as kept,
        ):
            while some := [json.loads(line) for line in islice(lines, _BROUGHT_AT_ONCE)]:
                self._bring_originals(some)
                for id_, sha256, size_bytes in some:
                    if self._copy_original(UUID(id_), sha256):
                        kept.write(json.dumps([id_, sha256, size_bytes]).encode() + b"\n")
                    self._done_bytes += size_bytes
                    self._on_progress(self._done_bytes, wanted_bytes)
        wanted.unlink()

    def _bring_originals(self, rows: list[list[Any]]) -> None:
        """Those that are elsewhere and not in the backup yet."""
        new = [id_ for id_, sha256, _ in rows if not self._place.has(layout.object_path(sha256))]
        of_photos.originals([Photo(id=UUID(id_)) for id_ in new])

    def _copy_original(self, id_: UUID, sha256: str) -> bool:
        """False, and noted, if it is damaged, or gone with its photo meanwhile."""
        try:
            if not self._place.has(layout.object_path(sha256)):
                self._place.add_file(of_photos.original(Photo(id=id_)), sha256)
                self._added.append(sha256)
        except FileNotFoundError:
            if not originals.find([id_]):
                self._gone.append(str(id_))
                return False
            why = "it is missing"
        except WrongDigest:
            why = "its sha256 is wrong"
        else:
            return True
        self._photos.append(str(id_))
        self._damaged.append(f"the original of photo {id_}: {why}")
        return False

    def _copy_versions(self, known: list[ModelVersion]) -> dict[str, dict[str, str]]:
        found = {}
        folders = {str(version.number): of_versions.folder(version) for version in known}
        if finder.installed():
            folders["finder"] = finder.folder()
        for name, folder in folders.items():
            try:
                if name != "finder":
                    verify(folder)
                found[name] = self._copy_folder(folder)
            except (CorruptCheckpoint, WrongDigest, OSError) as error:
                self._damaged.append(f"version {name}: {error}")
        return found

    def _copy_folder(self, folder: Path) -> dict[str, str]:
        files = {path.name: sha256_of_file(path) for path in sorted(folder.iterdir())}
        for name, sha256 in files.items():
            if self._place.add_file(folder / name, sha256):
                self._added.append(sha256)
        return files

    def _publish(self, manifest: Manifest) -> None:
        """A folder's snapshot appears by being renamed, a file's with the whole file."""
        text = json.dumps(layout.to_document(manifest), ensure_ascii=False, indent=1)
        if isinstance(self._place, Folder):
            (self._draft / layout.MANIFEST).write_text(text, encoding="utf-8")
            os.sync()  # objects and rows reach the disk before the name that vouches for them
            self._draft.rename(self._draft.with_name(self._name))
            return
        for name, sha256 in manifest.files.items():
            with (self._draft / name).open("rb") as source:
                self._place.add(f"snapshots/{self._name}/{name}", source, sha256)
        content = text.encode()
        digest = hashlib.sha256(content).hexdigest()
        name = f"snapshots/{self._name}/{layout.MANIFEST}"
        self._place.add(name, io.BytesIO(content), digest)


def _new_name(place: Place) -> str:
    name = timezone.now().strftime("%Y-%m-%dT%H-%M-%S")
    same = [other for other in place.snapshots() if other.startswith(name)]
    return f"{name}-{len(same) + 1}" if same else name


def _migrations() -> dict[str, list[str]]:
    applied: dict[str, list[str]] = {}
    for app, name in MigrationRecorder(connection).applied_migrations():
        applied.setdefault(app, []).append(name)
    return {app: sorted(names) for app, names in sorted(applied.items())}


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Raises BlockingIOError if another backup writes there."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
