"""What else lies below ARK_HOME, in models_store and in the bucket: needed, damaged, left over."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from django.conf import settings

from recognition.cnn.finder.manifest import verify_finder
from recognition.cnn.manifest import CorruptCheckpoint, verify
from recognition.core import jobs
from recognition.files import folders, of_explanations, of_versions
from recognition.files.listed import Listed
from recognition.models import Job, ModelVersion, Photo, RunState, TrainingRun
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
    for found in _here(settings.ARK_MODELS_STORE):
        findings.use("versions", found.size_bytes)
        name = found.path.name
        if name.startswith(".") and not is_young(found):  # drafts of what was never numbered
            findings.left_over("training", {found.path: name}, folders.remove_here)
        elif name.isdecimal() and int(name) not in numbers:
            findings.add("versions_unknown", name)
    wanted = {of_versions.FINDER, *ModelVersion.objects.values_list("sha256", flat=True)}
    for found in of_versions.shared():
        if found.path.name not in wanted and not is_young(found):
            findings.add("versions_unknown", f"{of_versions.FOLDER}/{found.path.name}")


def _verify(version: ModelVersion, findings: Findings) -> None:
    findings.see("versions")
    try:
        if verify(of_versions.folder(version)).sha256 != version.sha256:
            raise CorruptCheckpoint(f"{version.folder} holds another version")
        lacking = of_versions.lacking(version.folder, version.sha256)
        share = partial(of_versions.share, version.folder, version.sha256)
        _must_be_shared(lacking, share, findings)
    except CorruptCheckpoint as error:
        if ModelVersion.objects.filter(id=version.id).exists():
            findings.add("versions_damaged", str(version.number), str(error))


def _finder(findings: Findings) -> None:
    if not finder.folder().is_dir():
        return
    try:
        verify_finder(finder.folder())
        _must_be_shared(of_versions.lacking_of_finder(), of_versions.share_finder, findings)
    except CorruptCheckpoint as error:
        findings.add("versions_damaged", "finder", str(error))


def _must_be_shared(lacking: Sequence[str], share: Callable[[], None], findings: Findings) -> None:
    """Raises CorruptCheckpoint if another machine could not fetch what is whole here, unless this
    check repairs."""
    if lacking and findings.repairs:
        share()
    elif lacking:
        raise CorruptCheckpoint(f"The bucket does not have {', '.join(lacking)}.")


def _incoming(findings: Findings) -> None:
    for found in _here(settings.ARK_INCOMING):
        findings.use("incoming", found.size_bytes)
        if not is_young(found):
            names = {found.path: f"incoming/{found.path.name}"}
            findings.left_over("incoming", names, folders.remove_here)


def _exports(findings: Findings) -> None:
    """Of versions that are there: the others, and drafts, nobody downloads."""
    wanted = {
        bundles.path_of(version, form)
        for version in ModelVersion.objects.only("number")
        for form in bundles.FORMS
    }
    _compare("exports", settings.ARK_EXPORTS, "exports", wanted, findings)


def _imports(findings: Findings) -> None:
    open_jobs = Job.objects.filter(kind=Job.Kind.IMPORT, state__in=jobs.OPEN)
    wanted = {settings.ARK_IMPORTS / job.parameters["folder"] for job in open_jobs}
    _compare("imports", settings.ARK_IMPORTS, "exports", wanted, findings)


def _training(findings: Findings) -> None:
    """Of runs that can be gone on with."""
    unfinished = TrainingRun.objects.exclude(state=RunState.SUCCEEDED)
    wanted = {run.folder for run in unfinished.only("id")}
    _compare("training", settings.ARK_TRAINING, "training", wanted, findings)


def _explanations(findings: Findings) -> None:
    """Each folder has its photo."""
    folders_of_photos = of_explanations.folders_of_photos()
    while some := list(islice(folders_of_photos, PAGE)):
        known = tables.known([id_ for found in some if (id_ := id_of(found.path.name))])
        wanted = {Photo(id=id_).explanations_path for id_ in known}
        _leave(some, "explanations", "explanations", wanted, findings)


def _compare(
    folder: str, place: Path, kind: str, wanted: Collection[Path], findings: Findings
) -> None:
    """What lies in one of the folders that machines share."""
    _leave(list(folders.listed(place, folder)), folder, kind, wanted, findings)


def _leave(
    found: Sequence[Listed], folder: str, kind: str, wanted: Collection[Path], findings: Findings
) -> None:
    findings.use(kind, sum(each.size_bytes for each in found))
    without = [each.path for each in found if each.path not in wanted and not is_young(each)]
    names = {path: f"{folder}/{path.name}" for path in without}
    findings.left_over(kind, names, partial(folders.remove_listed, key=folder))


def _here(place: Path) -> list[Listed]:
    """What lies in a folder of this machine."""
    paths = sorted(place.iterdir()) if place.is_dir() else []
    return [folders.look_at_all_of(path) for path in paths]
