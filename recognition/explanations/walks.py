"""A photo's walk through a network, worked out and kept as JSON and pictures.

{"about": `about`, "network": ..., "stages": [...], "ending": ...} as `Walker.walk` makes them, and
"finder": what `proposals_of` makes, or null. Pictures are named in it.
"""

from __future__ import annotations

import gc
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings

from recognition.cnn.engines import BrokenEngine
from recognition.cnn.finder.engine import FinderEngine, load_finder
from recognition.cnn.manifest import CorruptCheckpoint
from recognition.cnn.networks.summaries import summaries
from recognition.cnn.pixels.decoded import Views, load_views
from recognition.cnn.pixels.preprocessing import SHORTER_SIDE, Preprocessing
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.cnn.serving.label_groups import LabelGroups
from recognition.cnn.walk.proposals import proposals_of
from recognition.core.jobs import JobFailed
from recognition.explanations import asking, kept
from recognition.labels.tree import LabelTree
from recognition.models import Job, ModelVersion, Photo
from recognition.versions import looking

if TYPE_CHECKING:
    from recognition.cnn.walk.walker import Walker

_FORMAT = 1  # of what is kept

# What was used last, by what it is.
_walkers: dict[str, Walker] = {}
_finders: dict[str, FinderEngine] = {}


def what_of(network: str) -> str:
    """What to ask for, and the name under which it is kept. network: one of the catalogue, instead
    of the version's own; or ""."""
    return f"{asking.WALK}-{network}" if network else asking.WALK


def read(photo: Photo, version: ModelVersion, network: str = "") -> dict[str, Any] | None:
    """What is kept, if it is still about what is there now."""
    document = kept.read(photo.id, version.number, what_of(network))
    return document if document and document.get("about") == about(version, network) else None


def picture_path(photo_id: UUID, number: int, network: str, name: str) -> Path:
    return kept.picture_path(photo_id, number, f"{what_of(network)}-{name}")


def about(version: ModelVersion, network: str = "") -> str:
    """A digest of all that a walk depends on, besides the photo."""
    finder = "" if network else _finder_sha256(version)
    said = [_FORMAT, network or version.sha256, LabelTree().in_use_by_slug(), finder]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def work_on_asked() -> None:
    """The explainer's job."""
    asking.work_off(Job.Kind.WALK, walk)


def walk(photo: Photo, version: ModelVersion, what: str) -> None:
    """Work a walk out and keep it, unless that is done. Raises JobFailed."""
    network = what.partition("-")[2]
    if network and network not in summaries():
        raise JobFailed("gone")
    if read(photo, version, network):
        return
    walker = _walker(version, network)
    views = _views(photo, walker.manifest.preprocessing)
    groups = LabelGroups(walker.manifest.labels, LabelTree().in_use_by_slug())
    walked = walker.walk(views.pixels, groups.labels)
    found, pictures = (None, {}) if network else _found(version, views)
    kept.keep(
        photo.id,
        version.number,
        what,
        {"about": about(version, network), **walked.fields, "finder": found},
        {f"{what}-{name}": file for name, file in {**walked.pictures, **pictures}.items()},
    )


def _walker(version: ModelVersion, network: str) -> Walker:
    """Of the network last used, it is in memory."""
    key = network or version.sha256
    if key not in _walkers:
        import torch

        from recognition.cnn.walk.walker import Walker

        torch.set_num_threads(1)
        _walkers.clear()
        _walkers[key] = Walker(*_network(version, network))
        # What is loaded stays: the garbage collector need not look at it again.
        gc.freeze()
    return _walkers[key]


def _network(version: ModelVersion, network: str) -> Any:
    from recognition.cnn.store.checkpoint import load_network
    from recognition.cnn.walk.of_catalogue import catalogue_network

    if network:
        return catalogue_network(network)
    try:
        return (*load_network(version.folder), True)
    except CorruptCheckpoint as error:
        raise JobFailed("not_loaded", str(error)) from error


def _views(photo: Photo, preprocessing: Preprocessing) -> Views:
    limit = settings.ARK_MAX_PIXELS
    try:
        return load_views(photo.original_path, preprocessing, limit, SHORTER_SIDE)
    except (UnreadablePhoto, OSError) as error:
        raise JobFailed("unreadable", str(error)) from error


def _found(version: ModelVersion, views: Views) -> tuple[dict[str, Any] | None, dict[str, bytes]]:
    """What the finder proposed; None if the version looks without one."""
    folder = looking.finder_for(version)
    if folder is None or views.kept is None:
        return None, {}
    try:
        return proposals_of(_finder(folder, looking.finder()), views.kept.image())
    except (CorruptCheckpoint, BrokenEngine, ValueError):
        return None, {}


def _finder(folder: Path, sha256: str) -> FinderEngine:
    if sha256 not in _finders:
        _finders.clear()
        _finders[sha256] = load_finder(folder, "cpu", settings.ARK_ENGINE, threads=1)
    return _finders[sha256]


def _finder_sha256(version: ModelVersion) -> str:
    return looking.finder() if looking.finder_for(version) else ""
