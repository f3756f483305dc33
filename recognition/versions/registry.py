"""Versions of the network: which exist, and which one is live.

A version's folder never changes, and is checked before it goes live. The predictors hear of a
promotion through Redis and see it in the database, so that no process is started again for it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from recognition.cnn import taxonomy
from recognition.cnn.manifest import CorruptCheckpoint, Manifest, read_manifest, verify
from recognition.core import audit, events
from recognition.core.locks import lock_label_tree
from recognition.files import of_versions
from recognition.labels.tree import LabelTree
from recognition.models import Label, LiveChange, ModelVersion
from recognition.notifications import happened
from recognition.versions import checks, version_labels


class CannotPromote(Exception):
    """Says why, for people; the live version stays live."""


def live_version() -> ModelVersion:
    """Raises ModelVersion.DoesNotExist before set-up has made the first one."""
    return ModelVersion.objects.get(live=True)


@transaction.atomic
def register_first(manifest: Manifest) -> ModelVersion:
    """Make version 1 known. In a new instance its labels stand in the tree that Ark comes with;
    where there are labels already, the tree is what people have made of it."""
    lock_label_tree()
    if not Label.objects.exists():
        version_labels.ensure(taxonomy.tree())
    return register(1, manifest)


@transaction.atomic
def register(number: int, manifest: Manifest, parent: ModelVersion | None = None) -> ModelVersion:
    """Make a network in models_store known, with its labels. The first one goes live."""
    version_labels.ensure(manifest.labels)
    version, created = ModelVersion.objects.get_or_create(
        number=number,
        defaults={
            "name": manifest.name,
            "network": manifest.network,
            "view": manifest.view,
            "labels": [label.slug for label in manifest.labels],
            "metrics": manifest.metrics,
            "parent": parent,
            "sha256": manifest.sha256,
            # Versions that were saved before backbones had digests have one of their own.
            "backbone_sha256": manifest.backbone_sha256 or manifest.sha256,
        },
    )
    if created and not ModelVersion.objects.filter(live=True).exists():
        version.live = True
        version.save(update_fields=["live"])
        LiveChange.objects.create(model_version=version)
    return version


def add_candidate(result: Path, parent: ModelVersion | None) -> ModelVersion:
    """Take a version's folder, as training or an import left it, into models_store under the next
    number. A version that is known already is returned as it is.

    The folder is copied, and stays where it is: interrupted anywhere, this can be done again.
    Raises CorruptCheckpoint, and OSError when the disk is full.
    """
    manifest = verify(result)
    store: Path = settings.ARK_MODELS_STORE
    name = f".candidate.{manifest.sha256[:16]}"
    for left in store.glob(f"{name}.*"):  # by an attempt that was killed
        shutil.rmtree(left)
    draft = store / f"{name}.{os.getpid()}"
    try:
        shutil.copytree(result, draft)
        verify(draft)
        of_versions.share(draft, manifest.sha256)
        return _number(draft, manifest, parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)  # gone already if all went well


@transaction.atomic
def _number(draft: Path, manifest: Manifest, parent: ModelVersion | None) -> ModelVersion:
    lock_label_tree()  # first, as everywhere
    versions = _lock_versions()
    for version in versions:
        if version.sha256 == manifest.sha256:
            return version
    folders = _unregistered_folders({version.number for version in versions})
    for number, folder in folders.items():  # an earlier attempt may have come this far
        if _holds(folder, manifest):
            return register(number, manifest, parent)
    number = 1 + max([0, *(version.number for version in versions), *folders])
    draft.rename(settings.ARK_MODELS_STORE / str(number))
    return register(number, manifest, parent)


def _unregistered_folders(known: set[int]) -> dict[int, Path]:
    named = {path.name: path for path in settings.ARK_MODELS_STORE.iterdir() if path.is_dir()}
    numbered = {int(name): path for name, path in named.items() if name.isdecimal()}
    return {number: path for number, path in numbered.items() if number not in known}


def _holds(folder: Path, manifest: Manifest) -> bool:
    try:
        return read_manifest(folder).sha256 == manifest.sha256
    except CorruptCheckpoint:
        return False


def promote(
    version: ModelVersion,
    by: User | None,
    how: LiveChange.How = LiveChange.How.PROMOTED,
    over: ModelVersion | None = None,
) -> None:
    """Make a version live, once its files are known to be whole; nothing happens if it is.

    by: None when no person did it. over: the version that must be live until then, if it matters.
    Raises CannotPromote.
    """
    check_files(version)
    _check_answer(version)
    with transaction.atomic():
        live = [locked for locked in _lock_versions() if locked.live]
        if version in live:
            return
        if over and over not in live:
            raise CannotPromote(_("Somebody has made another version live meanwhile."))
        ModelVersion.objects.filter(live=True).update(live=False)
        ModelVersion.objects.filter(id=version.id).update(live=True)
        LiveChange.objects.create(model_version=version, by=by, how=how)
        before = [locked.number for locked in live]
        audit.record(
            audit.Action.PROMOTED, by, f"version {version.number}", how=str(how), before=before
        )
        happened.version_promoted(version, before, str(how))
        transaction.on_commit(events.publish_live_version)
    version.live = True


def roll_back(by: User | None, to: ModelVersion | None = None) -> ModelVersion:
    """Make the version live that was so before the present one was promoted; return it.

    to: which one that is, as the person was shown. Sent twice, it counts once.
    Raises CannotPromote.
    """
    live, previous = live_version(), previous_live()
    if to and to == live:
        return to
    if previous is None:
        raise CannotPromote(_("No other version was live before this one."))
    if to and to != previous:
        raise CannotPromote(_("Somebody has made another version live meanwhile."))
    promote(previous, by, LiveChange.How.ROLLED_BACK, over=live)
    return previous


def previous_live() -> ModelVersion | None:
    """The version that was live before the present one was promoted; None for the first one.

    What was rolled back does not come back: rolling back twice goes back two versions.
    """
    promoted: list[int] = []  # ids, each of which was promoted over the one before it
    for version_id, how in LiveChange.objects.order_by("at", "id").values_list(
        "model_version", "how"
    ):
        if how == LiveChange.How.ROLLED_BACK and version_id in promoted:
            while promoted[-1] != version_id:
                promoted.pop()
        else:
            promoted.append(version_id)
    return ModelVersion.objects.get(id=promoted[-2]) if len(promoted) > 1 else None


def lineage(version: ModelVersion) -> list[ModelVersion]:
    """The version and those it was taught from."""
    versions = [version]
    while parent := versions[-1].parent:
        versions.append(parent)
    return versions


def trials() -> QuerySet[ModelVersion]:
    """Versions that came of experiments and were never live: there may be a hundred of them."""
    made = ModelVersion.objects.filter(training_run__experiment__isnull=False)
    return made.filter(livechange=None)


def lost_labels(version: ModelVersion) -> list[Label]:
    """The labels in use that the live version says and this one does not (`LabelTree.in_use`)."""
    tree = LabelTree()
    in_use = tree.in_use_by_slug

    def said(by: ModelVersion) -> set[str]:
        return {in_use[slug] for slug in by.labels if slug in in_use}

    lost = said(live_version()) - said(version)
    return [label for label in tree.in_reading_order() if label.slug in lost]


def check_files(version: ModelVersion) -> None:
    """Compare every file of a version with its sha256. Raises CannotPromote."""
    try:
        manifest = verify(of_versions.folder(version))
        if manifest.sha256 != version.sha256:
            raise CorruptCheckpoint(f"{version.folder} holds another version")
    except CorruptCheckpoint as error:
        text = _("Version %(number)d cannot go live, because its files are damaged: %(error)s")
        raise CannotPromote(text % {"number": version.number, "error": error}) from error


def _check_answer(version: ModelVersion) -> None:
    """Have it answer one picture. Raises CannotPromote."""
    try:
        checks.try_out(of_versions.folder(version))
    except checks.Refused as refused:
        text = _("Version %(number)d cannot go live, because it cannot answer: %(error)s")
        raise CannotPromote(text % {"number": version.number, "error": refused}) from refused


def _lock_versions() -> list[ModelVersion]:
    """All versions, until the transaction ends: one numbers and promotes at a time."""
    return list(ModelVersion.objects.select_for_update().order_by("id"))
