"""Restore a backup into a home that is empty.

The tables are made as they were when the backup was taken, filled, and then brought up to date. All
rows come in one transaction; files are put down before, so that no row is without its file.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps as installed
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from recognition.backup import layout, rows, verifying
from recognition.backup.layout import BadBackup, Manifest
from recognition.backup.places import Place, WrongDigest, copy
from recognition.cnn.manifest import CorruptCheckpoint, read_manifest, sha256_of_file
from recognition.files import of_photos, of_versions
from recognition.files.moving import whole_file
from recognition.models import Photo
from webapp.home import SECRET_KEY_FILE, write_secret_file

_SHARED_AT_ONCE = 16  # originals
_BASICS = "snapshots/{snapshot}/tables/{label}.jsonl.gz"


class NotEmpty(Exception):
    """There are people or photos in this home already."""


class Restoring:
    """damaged: what could not be restored, and why, in the end."""

    def __init__(self, place: Place, snapshot: str = "") -> None:
        """Raises BadBackup, also if a newer Ark made it."""
        self._place = place
        self.snapshot, self.manifest = verifying.read_manifest(place, snapshot)
        self.damaged: list[str] = []
        _refuse_newer(self.manifest)

    def run(self, on_progress: Callable[[str, int], None] = lambda *_: None) -> None:
        """on_progress: takes what came, "files" or "rows", and how many."""
        for problem in verifying.problems(self._place, self.snapshot, self.manifest, only=()):
            if problem:
                raise BadBackup(problem)
        for number in self.manifest.versions:
            self._restore_version(number)
        self._restore_originals(on_progress)
        self._restore_rows(on_progress)
        secret = f"snapshots/{self.snapshot}/{layout.SECRET}"
        if layout.SECRET in self.manifest.files:
            with self._place.open(secret) as stream:
                write_secret_file(SECRET_KEY_FILE, stream.read(4096).decode().strip())

    def _restore_originals(self, on_progress: Callable[[str, int], None]) -> None:
        needed = iter(verifying.needed(self._place, self.snapshot))
        while some := list(islice(needed, _SHARED_AT_ONCE)):
            try:
                photos = [Photo(id=UUID(id_)) for id_, _sha256, _size in some]
            except ValueError as error:
                raise BadBackup(f"One of {[id_ for id_, *_ in some]} is no photo.") from error
            for photo, (_id, sha256, _size) in zip(photos, some, strict=True):
                self._put(sha256, photo.original_path)
                on_progress("files", 1)
            of_photos.share_originals(photos)
        self.damaged += [f"photo {id_}: it was damaged already" for id_ in self.manifest.damaged]

    def _put(self, sha256: str, target: Path) -> None:
        """What is there already and whole stays; what is damaged in the backup is noted."""
        if target.exists() and sha256_of_file(target) == sha256:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            with (
                self._place.open(layout.object_path(sha256)) as source,
                whole_file(target, draft),
                draft.open("wb") as stream,
            ):
                copy(source, stream, sha256)
        except (BadBackup, WrongDigest) as error:
            self.damaged.append(f"{target}: {error}")

    def _restore_version(self, name: str) -> None:
        store: Path = settings.ARK_MODELS_STORE
        draft, folder = store / f".restored.{name}.{os.getpid()}", store / name
        try:
            for file, sha256 in self.manifest.versions[name].items():
                self._put(sha256, draft / file)
            shutil.rmtree(folder, ignore_errors=True)  # of the version that set-up made here
            draft.rename(folder)
            self._share_version(name, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _share_version(self, name: str, folder: Path) -> None:
        """Damaged in the backup it stays on this machine, and the storage check tells of it."""
        if name == of_versions.FINDER:
            of_versions.share_finder()
            return
        with suppress(CorruptCheckpoint):
            of_versions.share(folder, read_manifest(folder).sha256)

    def _restore_rows(self, on_progress: Callable[[str, int], None]) -> None:
        _drop_tables()
        executor = MigrationExecutor(connection)
        targets = _targets(self.manifest, executor)
        executor.migrate(targets)
        state = executor.loader.project_state(targets).apps
        models = {m._meta.label_lower: m for m in state.get_models(include_auto_created=True)}
        with transaction.atomic():
            _delete_rows_of(list(models.values()))  # those that migrations make
            for label in self.manifest.tables:
                if label not in models:  # of an app that Ark has no more
                    continue
                name = _BASICS.format(snapshot=self.snapshot, label=label)
                with self._place.open(name) as stream:
                    for number in rows.load(models[label], stream):
                        on_progress("rows", number)
            _set_sequences(list(models.values()))
        call_command("migrate", verbosity=0)
        Photo.objects.filter(id__in=self.manifest.gone).delete()


def refuse_unless_empty() -> None:
    """Raises NotEmpty. A home that was just prepared has one administrator and one version."""
    media = settings.MEDIA_ROOT / "originals"
    has_photos = media.is_dir() and any(path.is_file() for path in media.rglob("*"))
    has_tables = "auth_user" in connection.introspection.table_names()
    if has_photos or (has_tables and _has_people()):
        raise NotEmpty


def _has_people() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM auth_user WHERE last_login IS NOT NULL")
        return bool(cursor.fetchone()[0])


def _drop_tables() -> None:
    """Ours, not what else may be in the database."""
    names = {model._meta.db_table for model in installed.get_models(include_auto_created=True)}
    names.add(MigrationRecorder.Migration._meta.db_table)
    cascade = "" if connection.vendor == "sqlite" else " CASCADE"
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for name in names & set(connection.introspection.table_names(cursor)):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}{cascade}")


def _delete_rows_of(models: list[Any]) -> None:
    names = [model._meta.db_table for model in models]
    present = set(connection.introspection.table_names())
    flush = connection.ops.sql_flush(
        no_style(), [name for name in names if name in present], allow_cascade=True
    )
    connection.ops.execute_sql_flush(flush)


def _set_sequences(models: list[Any]) -> None:
    """So that the next row gets the next number, on PostgreSQL."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _refuse_newer(manifest: Manifest) -> None:
    known = MigrationExecutor(connection).loader.disk_migrations
    apps = {config.label for config in installed.get_app_configs()}
    for app, names in manifest.migrations.items():
        unknown = [name for name in names if app in apps and (app, name) not in known]
        if unknown:
            raise BadBackup(f"A newer Ark made it: this one does not know {app} {unknown[-1]}.")


def _targets(manifest: Manifest, executor: MigrationExecutor) -> list[tuple[str, str]]:
    """The last migration of each app that the backup's tables had."""
    graph = executor.loader.graph
    applied = {(app, name) for app, names in manifest.migrations.items() for name in names}
    known = {key for key in applied if key in graph.nodes}
    return sorted(key for key in known if not known & set(_children_in_app(graph, key)))


def _children_in_app(graph: Any, key: tuple[str, str]) -> list[tuple[str, str]]:
    return [child.key for child in graph.node_map[key].children if child.key[0] == key[0]]
