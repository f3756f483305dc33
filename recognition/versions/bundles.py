"""Take versions along, and bring in those of another Ark.

Both are asked for by the web and done by the teacher, who has the network's libraries: what is
exported is read back and checked, and what is brought in must answer as it says.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from recognition.cnn.manifest import CorruptCheckpoint, Manifest, read_manifest
from recognition.cnn.store import bundle
from recognition.core import audit, full_disk, jobs
from recognition.files import of_bundles, of_photos, of_versions
from recognition.models import Job, ModelVersion, Photo, RunState
from recognition.photos.uploads import MEGABYTE
from recognition.versions import checks, registry, version_labels

if TYPE_CHECKING:
    from recognition.cnn.store.export import Check

FORMS = ("bundle", "onnx", "openvino")
CHECKED_PHOTOS = 8
_SHOWN_IMPORTS = 20


@dataclass(frozen=True)
class Export:
    """A version in one form.

    job: the last one that was asked for. Its parameters are {"form": "onnx"}; its result tells on
    how many pictures it was checked, and the largest difference of any probability:
    {"size_bytes": 19000000, "pictures": 9, "difference": 0.00001}.
    """

    form: str
    path: Path
    is_there: bool
    job: Job | None

    @property
    def is_ready(self) -> bool:
        """Somebody may have made room since."""
        return self.is_there and self._is_in(RunState.SUCCEEDED)

    @property
    def is_coming(self) -> bool:
        return self._is_in(RunState.QUEUED, RunState.RUNNING)

    def _is_in(self, *states: RunState) -> bool:
        return self.job is not None and self.job.state in states


def exports(version: ModelVersion) -> list[Export]:
    """In each form. Raises bucket.BucketAway."""
    paths = [path_of(version, form) for form in FORMS]
    are_there = of_bundles.exports_are_there(paths)
    last = _last_asked(version)
    return [Export(*of, last.get(of[0])) for of in zip(FORMS, paths, are_there, strict=True)]


def _last_asked(version: ModelVersion) -> dict[str, Job]:
    """By form."""
    asked = Job.objects.filter(kind=Job.Kind.EXPORT, version=version).order_by("created", "id")
    return {job.parameters["form"]: job for job in asked}


def path_of(version: ModelVersion, form: str) -> Path:
    folder: Path = settings.ARK_EXPORTS
    return folder / f"ark-version-{version.number}-{form}.zip"


def ask_for(version: ModelVersion, form: str, by: User | None) -> None:
    """Have the teacher export a version, unless it was, or is about to be. Raises ValueError."""
    if form not in FORMS:
        raise ValueError(form)
    [export] = [export for export in exports(version) if export.form == form]
    with transaction.atomic():
        # Two who ask at once do so one after the other.
        ModelVersion.objects.select_for_update(of=("self",)).get(id=version.id)
        export = replace(export, job=_last_asked(version).get(form))
        if not (export.is_ready or export.is_coming):
            subject = f"{version.number} {form}"
            jobs.ask(Job.Kind.EXPORT, by, subject, version, {"form": form})


def make_asked() -> None:
    """The teacher's job: export what was asked for."""
    while job := jobs.claim(Job.Kind.EXPORT):
        with jobs.working(job):
            _make(job)


def write(version: ModelVersion, form: str, archive: Path) -> Check:
    """Export a version. Raises CorruptCheckpoint, WrongAnswers."""
    from recognition.cnn.store.export import export

    return export(
        of_versions.folder(version), form, archive, _latest_originals(), settings.ARK_MAX_PIXELS
    )


def _make(job: Job) -> None:
    version, form = ModelVersion.objects.get(jobs=job), job.parameters["form"]
    path = path_of(version, form)
    with _explained():
        check = write(version, form, path)
        size_bytes = path.stat().st_size
        of_bundles.export_made(path)
    result = {
        "size_bytes": size_bytes,
        "pictures": check.pictures,
        "difference": check.largest_difference,
    }
    jobs.succeed(job, result=result)


def accept(archive: Path, name: str, by: User | None) -> Job:
    """Unpack a bundle and verify its digests; the teacher then checks its answers and adds it.

    The parameters of the job are {"name": "theirs.zip", "folder": the name of a folder in
    ARK_IMPORTS, "sha256": the version's}.
    Raises bundle.BadBundle, CorruptCheckpoint or LabelsRefused; the archive stays where it is.
    """
    folder = settings.ARK_IMPORTS / uuid.uuid4().hex
    manifest = bundle.unpack(archive, folder, max_bytes())
    parameters = {"name": name[:200], "folder": folder.name, "sha256": manifest.sha256}
    try:
        version_labels.check_new(manifest, by)
        of_bundles.share_import(folder.name)
        job = jobs.ask(Job.Kind.IMPORT, by, manifest.sha256, parameters=parameters)
    except BaseException:
        of_bundles.remove_import(folder.name)
        raise
    if job.parameters != parameters:  # it waits already, unpacked
        of_bundles.remove_import(folder.name)
    return job


def max_bytes() -> int:
    """Of a bundle, unpacked."""
    size_bytes: int = settings.ARK_MAX_BULK_MB * MEGABYTE
    return size_bytes


def imports() -> list[Job]:
    """The latest ones, newest first."""
    brought_in = Job.objects.filter(kind=Job.Kind.IMPORT).select_related("version")
    return list(brought_in.order_by("-created", "-id")[:_SHOWN_IMPORTS])


def add_accepted() -> None:
    """The teacher's job: add the bundles that were accepted, each checked."""
    while job := jobs.claim(Job.Kind.IMPORT):
        with jobs.working(job):
            version = _added(job)
            with transaction.atomic():
                jobs.succeed(job, version=version)
                record_import(version, job.parameters["name"], job.by)
    _delete_leftovers()


def add(folder: Path, by: User | None = None) -> ModelVersion:
    """Check the answers of an unpacked bundle and make it a version.

    by: who brings it in; None for the operator. Raises JobFailed, or OSError.
    """
    try:
        checks.check(folder, _latest_originals())
        manifest = read_manifest(folder)
        version_labels.check_new(manifest, by)
        return registry.add_candidate(folder, _parent(manifest))
    except checks.Refused as refused:
        raise jobs.JobFailed(refused.code, str(refused)) from refused
    except version_labels.LabelsRefused as refused:
        raise jobs.JobFailed("labels", str(refused)) from refused
    except CorruptCheckpoint as error:
        raise jobs.JobFailed("damaged", str(error)) from error


def record_import(version: ModelVersion, name: str, by: User | None) -> None:
    audit.record(audit.Action.IMPORTED, by, f"version {version.number}", file=name)


def record_export(version: ModelVersion, form: str, by: User | None, file: str) -> None:
    """That it leaves this Ark: downloaded, or written where somebody said."""
    audit.record(audit.Action.EXPORTED, by, f"version {version.number}", form=form, file=file)


def _added(job: Job) -> ModelVersion:
    known = ModelVersion.objects.filter(sha256=job.parameters["sha256"]).first()
    with _explained():
        return known or add(of_bundles.imported(job.parameters["folder"]), job.by)


def _delete_leftovers() -> None:
    """The folders of imports that are over, however they ended."""
    folders: Path = settings.ARK_IMPORTS
    names = [path.name for path in folders.iterdir()] if folders.is_dir() else []
    if not names:
        return
    over = Job.objects.filter(kind=Job.Kind.IMPORT, parameters__folder__in=names)
    for job in over.exclude(state__in=jobs.OPEN):
        of_bundles.remove_import(job.parameters["folder"])


def _parent(manifest: Manifest) -> ModelVersion | None:
    """The version it was trained from, if that one is here too."""
    return ModelVersion.objects.filter(sha256=manifest.parent_sha256).first()


def _latest_originals() -> list[Path]:
    latest = Photo.objects.order_by("-created", "-id")[:CHECKED_PHOTOS]
    return of_photos.originals(list(latest))


@contextmanager
def _explained() -> Iterator[None]:
    """Inside, what can be wrong with a version or with the disk is a JobFailed."""
    from recognition.cnn.store.export import WrongAnswers

    try:
        yield
    except CorruptCheckpoint as error:
        raise jobs.JobFailed("damaged", str(error)) from error
    except WrongAnswers as error:
        raise jobs.JobFailed("wrong_answers", str(error)) from error
    except OSError as error:
        code = "disk_full" if full_disk.is_told_by(error) else "disk"
        raise jobs.JobFailed(code, str(error)) from error
