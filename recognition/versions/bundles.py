"""Take versions along, and bring in those of another Ark.

Both are asked for by the web and done by the teacher, who has the network's libraries: what is
exported is read back and checked, and what is brought in must answer as it says.
"""

from __future__ import annotations

import logging
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from recognition.cnn.manifest import Manifest, read_manifest
from recognition.cnn.store import bundle
from recognition.core import wakeups
from recognition.models import ModelVersion, Photo, Report
from recognition.photos.uploads import MEGABYTE
from recognition.versions import registry

if TYPE_CHECKING:
    from recognition.cnn.store.export import Check

logger = logging.getLogger(__name__)

FORMS = ("bundle", "onnx", "openvino")
CHECKED_PHOTOS = 8
_EXPORT, _IMPORTS = "export-", "imports"  # names of reports
_KEPT_IMPORTS = 20


@dataclass(frozen=True)
class Export:
    """A version in one form. state: "", "asked", "done" or "failed".

    pictures, difference: how many pictures it was checked on, and the largest difference of any
    probability.
    """

    form: str
    path: Path
    state: str = ""
    error: str = ""
    size_bytes: int = 0
    pictures: int = 0
    difference: float = 0.0


@dataclass(frozen=True)
class Import:
    """A bundle that was brought in. state: "asked", "done" or "failed"; sha256, number: its
    version's."""

    id: str
    name: str
    state: str
    sha256: str
    error: str = ""
    number: int | None = None


def exports(version: ModelVersion) -> list[Export]:
    return [_export_of(version, form) for form in FORMS]


def _export_of(version: ModelVersion, form: str) -> Export:
    path = settings.ARK_EXPORTS / f"ark-version-{version.number}-{form}.zip"
    said = Report.named(_report_name(version, form)).data
    if said.get("state") == "done" and not path.exists():
        said = {}  # somebody made room
    return Export(form, path, **said)


@transaction.atomic
def ask_for(version: ModelVersion, form: str) -> None:
    """Have the teacher export a version, unless it was, or is about to be. Raises ValueError."""
    if form not in FORMS:
        raise ValueError(form)
    if _export_of(version, form).state in ("asked", "done"):
        return
    Report.objects.update_or_create(
        name=_report_name(version, form), defaults={"data": {"state": "asked"}}
    )
    transaction.on_commit(wakeups.wake_teacher)


def make_asked() -> None:
    """The teacher's job: export what was asked for."""
    asked = Report.objects.filter(name__startswith=_EXPORT, data__state="asked")
    for version in ModelVersion.objects.all() if asked.exists() else ():
        for export in exports(version):
            if export.state == "asked":
                _make(version, export)


def write(version: ModelVersion, form: str, archive: Path) -> Check:
    """Export a version. Raises CorruptCheckpoint, WrongAnswers."""
    from recognition.cnn.store.export import export

    return export(version.folder, form, archive, _latest_originals(), settings.ARK_MAX_PIXELS)


def _make(version: ModelVersion, export: Export) -> None:
    try:
        check = write(version, export.form, export.path)
        said: dict[str, Any] = {
            "state": "done",
            "size_bytes": export.path.stat().st_size,
            "pictures": check.pictures,
            "difference": check.largest_difference,
        }
    except Exception as error:  # whatever it is, trying again would not help
        logger.exception("version %d could not be exported as %s", version.number, export.form)
        said = {"state": "failed", "error": str(error)}
    Report.objects.filter(name=_report_name(version, export.form)).update(data=said)


def accept(archive: Path, name: str) -> Import:
    """Unpack a bundle and verify its digests; the teacher then checks its answers and adds it.

    Raises bundle.BadBundle or CorruptCheckpoint; the archive stays where it is.
    """
    import_id = uuid.uuid4().hex
    manifest = bundle.unpack(archive, settings.ARK_IMPORTS / import_id, max_bytes())
    accepted = Import(import_id, name[:200], "asked", manifest.sha256)
    with transaction.atomic():
        _change(lambda imports: [accepted, *imports])
        transaction.on_commit(wakeups.wake_teacher)
    return accepted


def max_bytes() -> int:
    """Of a bundle, unpacked."""
    size_bytes: int = settings.ARK_MAX_BULK_MB * MEGABYTE
    return size_bytes


def imports() -> list[Import]:
    """The latest ones, newest first."""
    return [Import(**said) for said in Report.named(_IMPORTS).data.get("imports", [])]


def add_accepted() -> None:
    """The teacher's job: add the bundles that were accepted, each checked."""
    for accepted in imports():
        if accepted.state == "asked":
            _settle(_added(accepted))


def add(folder: Path) -> ModelVersion:
    """Check the answers of an unpacked bundle and make it a version.

    Raises CorruptCheckpoint, or WrongAnswers if its graph and its weights are not one network.
    """
    from recognition.cnn.store.export import check_answers

    check_answers(folder, _latest_originals(), settings.ARK_MAX_PIXELS)
    return registry.add_candidate(folder, _parent(read_manifest(folder)))


def _added(accepted: Import) -> Import:
    folder = settings.ARK_IMPORTS / accepted.id
    # The folder is gone if the teacher was killed between the last two steps.
    added = ModelVersion.objects.filter(sha256=accepted.sha256).first()
    try:
        version = added or add(folder)
    except Exception as error:  # whatever it is, trying again would not help
        logger.exception("the bundle %s could not be added", accepted.name)
        return replace(accepted, state="failed", error=str(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return replace(accepted, state="done", number=version.number)


def _parent(manifest: Manifest) -> ModelVersion | None:
    """The version it was trained from, if that one is here too."""
    return ModelVersion.objects.filter(sha256=manifest.parent_sha256).first()


def _settle(settled: Import) -> None:
    _change(lambda imports: [settled if it.id == settled.id else it for it in imports])


@transaction.atomic
def _change(change: Callable[[list[Import]], list[Import]]) -> None:
    Report.objects.get_or_create(name=_IMPORTS)
    report = Report.objects.select_for_update().get(name=_IMPORTS)
    changed = change([Import(**said) for said in report.data.get("imports", [])])
    report.data = {"imports": [vars(it) for it in changed[:_KEPT_IMPORTS]]}
    report.save()


def _report_name(version: ModelVersion, form: str) -> str:
    return f"{_EXPORT}{form}-{version.number}"


def _latest_originals() -> list[Path]:
    latest = Photo.objects.order_by("-created", "-id")[:CHECKED_PHOTOS]
    return [photo.original_path for photo in latest]
