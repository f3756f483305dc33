"""What else lies below ARK_HOME and in models_store: needed, damaged or left over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from recognition.cnn.finder.manifest import verify_finder
from recognition.cnn.manifest import CorruptCheckpoint, verify
from recognition.core import jobs
from recognition.files import of_versions
from recognition.files.listed import look_at
from recognition.models import Job, ModelVersion, RunState, TrainingRun
from recognition.storage import tables
from recognition.storage.findings import Findings
from recognition.storage.originals import PAGE, id_of, is_young
from recognition.versions import bundles, finder


def compare_folders(after: str, findings: Findings) -> Iterator[str]:
    """Uploads that broke off, exports, imports, runs and the versions, one folder after another."""
    steps = (_incoming, _exports, _imports, _training, _finder, _explanations)
    for number in range(int(after or 0), len(steps)):
        steps[number](findings)
        yield str(number + 1)


def compare_versions(after: str, findings: Findings) -> Iterator[str]:
    """Each version has its folder, with the sha256 of all its files, and each folder its row."""
    versions = ModelVersion.objects.filter(id__gt=int(after or 0)).order_by("id")
    for version in versions:
        _verify(version, findings)
        yield str(version.id)
    numbers = set(ModelVersion.objects.values_list("number", flat=True))
    for path in _entries(settings.ARK_MODELS_STORE):
        size_bytes = _size(path)
        findings.use("versions", size_bytes)
        if path.name.startswith(".") and _is_old(path):  # drafts of what was never numbered
            findings.left_over("training", path, path.name, _remove)
        elif path.name.isdecimal() and int(path.name) not in numbers:
            findings.add("versions_unknown", path.name)


def _verify(version: ModelVersion, findings: Findings) -> None:
    findings.see("versions")
    try:
        if verify(of_versions.folder(version)).sha256 != version.sha256:
            raise CorruptCheckpoint(f"{version.folder} holds another version")
    except CorruptCheckpoint as error:
        if ModelVersion.objects.filter(id=version.id).exists():
            findings.add("versions_damaged", str(version.number), str(error))


def _finder(findings: Findings) -> None:
    if not finder.folder().is_dir():
        return
    try:
        verify_finder(finder.folder())
    except CorruptCheckpoint as error:
        findings.add("versions_damaged", "finder", str(error))


def _incoming(findings: Findings) -> None:
    for path in _entries(settings.ARK_INCOMING):
        findings.use("incoming", _size(path))
        if _is_old(path):
            findings.left_over("incoming", path, f"incoming/{path.name}", _remove)


def _exports(findings: Findings) -> None:
    """Of versions that are there: the others, and drafts, nobody downloads."""
    wanted = {
        bundles.path_of(version, form)
        for version in ModelVersion.objects.only("number")
        for form in bundles.FORMS
    }
    for path in _entries(settings.ARK_EXPORTS):
        findings.use("exports", _size(path))
        if path not in wanted and _is_old(path):
            findings.left_over("exports", path, f"exports/{path.name}", _remove)


def _imports(findings: Findings) -> None:
    open_jobs = Job.objects.filter(kind=Job.Kind.IMPORT, state__in=jobs.OPEN)
    wanted = {job.parameters.get("folder") for job in open_jobs}
    for path in _entries(settings.ARK_IMPORTS):
        findings.use("exports", _size(path))
        if path.name not in wanted and _is_old(path):
            findings.left_over("exports", path, f"imports/{path.name}", _remove)


def _training(findings: Findings) -> None:
    """Of runs that can be gone on with."""
    unfinished = TrainingRun.objects.exclude(state=RunState.SUCCEEDED)
    wanted = {run.folder for run in unfinished.only("id")}
    for path in _entries(settings.ARK_TRAINING):
        findings.use("training", _size(path))
        if path not in wanted and _is_old(path):
            findings.left_over("training", path, f"training/{path.name}", _remove)


def _explanations(findings: Findings) -> None:
    """Each folder has its photo."""
    entries = _entries(settings.MEDIA_ROOT / "explanations")
    for start in range(0, len(entries), PAGE):
        ids = {path: id_of(path.name) for path in entries[start : start + PAGE]}
        known = tables.known([id_ for id_ in ids.values() if id_])
        for path, id_ in ids.items():
            findings.use("explanations", _size(path))
            if id_ not in known and _is_old(path):
                name = f"explanations/{path.name}"
                findings.left_over("explanations", path, name, _remove)


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _size(path: Path) -> int:
    """Of a file, or of all files below a folder; what goes meanwhile counts nothing."""
    inside = path.rglob("*") if path.is_dir() and not path.is_symlink() else iter([path])
    found = (look_at(file) for file in inside if file.is_symlink() or file.is_file())
    return sum(file.size_bytes for file in found if file)


def _is_old(path: Path) -> bool:
    """The newest of its files, too."""
    inside = path.rglob("*") if path.is_dir() and not path.is_symlink() else iter(())
    return all(not is_young(found) for file in (path, *inside) if (found := look_at(file)))


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
