"""A photo's walk through a network, worked out and kept as JSON and pictures.

{"about": `about`, "network": ..., "stages": [...], "ending": ...} as `Walker.walk` makes them, and
"finder": what `proposals_of` makes, or null. Pictures are named in it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.conf import settings

from recognition.cnn.engines import BrokenEngine
from recognition.cnn.finder.engine import FinderEngine, load_finder
from recognition.cnn.manifest import CorruptCheckpoint, Manifest
from recognition.cnn.networks.summaries import summaries
from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.decoded import Pixels, Views, load_views
from recognition.cnn.pixels.preprocessing import SHORTER_SIDE, Preprocessing, subject_pixels
from recognition.cnn.pixels.unreadable import UnreadablePhoto
from recognition.cnn.serving.label_groups import LabelGroups
from recognition.cnn.walk.proposals import proposals_of
from recognition.core import memory
from recognition.core.jobs import JobFailed
from recognition.explanations import asking, kept
from recognition.files import of_photos, of_versions
from recognition.labels.tree import LabelTree
from recognition.models import Job, ModelVersion, Photo
from recognition.versions import looking

if TYPE_CHECKING:
    from recognition.cnn.recogniser import Recogniser
    from recognition.cnn.walk.walker import Walker

_FORMAT = 1  # of what is kept
_OWN, _SUBJECT = "own", "-subject"

# What was used last, by what it is.
_walkers: dict[str, Walker] = {}
_finders: dict[str, FinderEngine] = {}


class Way(NamedTuple):
    """network: one of the catalogue, instead of the version's own; or "". of_subject: it sees the
    main subject instead of the photo's centre."""

    network: str = ""
    of_subject: bool = False

    @property
    def what(self) -> str:
        """What to ask for, and the name under which it is kept."""
        return f"{asking.WALK}-{self.network or _OWN}{_SUBJECT if self.of_subject else ''}"


WHOLE = Way()


def way_of(what: str) -> Way:
    """What `Way.what` says."""
    rest = what.partition("-")[2]
    network = rest.removesuffix(_SUBJECT)
    return Way("" if network == _OWN else network, rest.endswith(_SUBJECT))


def subject_box(photo: Photo) -> list[float] | None:
    """Of the main subject, if the network found one."""
    subjects = photo.prediction.subjects.all() if photo.prediction else ()
    return next((subject.box for subject in subjects), None)


def read(photo: Photo, version: ModelVersion, way: Way = WHOLE) -> dict[str, Any] | None:
    """What is kept, if it is still about what is there now."""
    document = kept.read(photo.id, version.number, way.what)
    return document if document and document.get("about") == about(photo, version, way) else None


def picture(photo_id: UUID, number: int, what: str, name: str) -> Path:
    """Raises what `kept.picture` does."""
    return kept.picture(photo_id, number, f"{what}-{name}")


def about(photo: Photo, version: ModelVersion, way: Way) -> str:
    """A digest of all that a walk depends on, besides the photo's pixels."""
    finder = "" if way.network else _finder_sha256(version)
    box = subject_box(photo) if way.of_subject else None
    network = way.network or version.sha256
    said = [_FORMAT, network, LabelTree().in_use_by_slug, finder, box]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def work_on_asked() -> None:
    """The explainer's job."""
    asking.work_off(Job.Kind.WALK, walk)


def walk(photo: Photo, version: ModelVersion, what: str) -> None:
    """Work a walk out and keep it, unless that is done. Raises JobFailed."""
    way = way_of(what)
    if way.network and way.network not in summaries():
        raise JobFailed("gone")
    if read(photo, version, way):
        return
    walker = _walker(version, way.network)
    seen = walker.manifest.preprocessing
    views = _views(photo, seen)
    groups = LabelGroups(walker.manifest.labels, LabelTree().in_use_by_slug)
    pixels = _subject(photo, views, seen) if way.of_subject else views.pixels
    walked = walker.walk(pixels, groups.labels)
    found, pictures = (None, {}) if way.network else _found(version, views)
    kept.keep(
        photo.id,
        version.number,
        what,
        {"about": about(photo, version, way), **walked.fields, "finder": found},
        {f"{what}-{name}": file for name, file in {**walked.pictures, **pictures}.items()},
    )


def _subject(photo: Photo, views: Views, seen: Preprocessing) -> Pixels:
    box = subject_box(photo)
    if box is None or views.kept is None:
        raise JobFailed("gone")
    return subject_pixels(views.kept.image(), Box(*box), seen)


def _walker(version: ModelVersion, network: str) -> Walker:
    """Of the version last used, it is in memory. Networks of the catalogue are built each time:
    that takes a second at most, and they are large."""
    import torch

    from recognition.cnn.walk.of_catalogue import catalogue_network
    from recognition.cnn.walk.walker import Walker

    torch.set_num_threads(1)
    if network:
        return Walker(*catalogue_network(network))
    if version.sha256 not in _walkers:
        _walkers.clear()
        _walkers[version.sha256] = Walker(*_loaded(version))
        memory.keep_what_is_loaded()
    return _walkers[version.sha256]


def _loaded(version: ModelVersion) -> tuple[Manifest, Recogniser]:
    from recognition.cnn.store.checkpoint import load_network

    try:
        return load_network(of_versions.folder(version))
    except CorruptCheckpoint as error:
        raise JobFailed("not_loaded", str(error)) from error


def _views(photo: Photo, preprocessing: Preprocessing) -> Views:
    limit = settings.ARK_MAX_PIXELS
    try:
        return load_views(of_photos.original(photo), preprocessing, limit, SHORTER_SIDE)
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
