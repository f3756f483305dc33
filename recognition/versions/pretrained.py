"""Versions that come with their ImageNet weights: the first of an instance, its better make, and
whatever else of the catalogue is asked for.

Building one imports torch, which takes seconds: only where there is something to build.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from recognition.cnn.manifest import MANIFEST_NAME, read_manifest
from recognition.cnn.networks.summaries import pretrained_name, summaries
from recognition.files import of_versions
from recognition.models import LiveChange, ModelVersion, View
from recognition.versions import registry
from recognition.versions.comparison import comparing

Say = Callable[[str], object]  # to the operator


def ensure_first(say: Say) -> None:
    """Version 1 is there and known. Raises CorruptCheckpoint, WeightsUnavailable, OSError."""
    folder: Path = settings.ARK_MODELS_STORE / "1"
    known = ModelVersion.objects.filter(number=1).first()
    if (folder / MANIFEST_NAME).exists():
        manifest = read_manifest(folder)
        if known is None:  # whoever built it may not have come to sharing it
            of_versions.share(folder, manifest.sha256)
        registry.register_first(manifest)
    elif known is None:
        say(f"Building version 1 of the network in {folder} ...")
        _build(folder, settings.ARK_BACKBONE)
        manifest = read_manifest(folder)
        of_versions.share(folder, manifest.sha256)
        registry.register_first(manifest)
    elif known.live and not of_versions.folder(known).is_dir():  # it was deleted
        _replace(known, say)


def add(network: str) -> ModelVersion:
    """A network of the catalogue with its ImageNet weights, as a candidate.

    Raises WeightsUnavailable, OSError.
    """
    with _built(network) as folder:
        return registry.add_candidate(folder, None)


def offer_better(say: Say) -> None:
    """Where version 1 is of the make before, add the present one as a candidate, once.

    Whatever goes wrong, the instance goes on without; the next start tries again.
    """
    first = ModelVersion.objects.filter(number=1).first()
    if first is None or not _has_better_make(first) or better_first() is not None:
        return
    say("Building a better first network, as a candidate ...")
    try:
        candidate = add(first.network)
        comparing.request(candidate, registry.live_version())
    except Exception as error:
        say(f"It could not be built, and Ark starts without it: {error}")
    else:
        say(
            f"It is version {candidate.number}. Nothing changes until somebody makes it live: "
            "compare the two in the admin, under Versions."
        )


def better_first() -> ModelVersion | None:
    """The present make of the first network, where the first is of the make before.

    The row stays when nobody wants the version and its folder is deleted.
    """
    first = ModelVersion.objects.filter(number=1).first()
    if first is None or not _has_better_make(first):
        return None
    # Trained ones, also those that were brought in from elsewhere, have other names.
    same = ModelVersion.objects.filter(name=pretrained_name(first.network), view=View.SUBJECTS)
    return same.order_by("number").first()


def _has_better_make(first: ModelVersion) -> bool:
    network = summaries().get(first.network)
    return first.view == View.CENTRE and network is not None and network.pretrained == "package"


def _replace(lost: ModelVersion, say: Say) -> None:
    """Build the live version anew. What comes out may differ from what was lost, which photos were
    predicted with: then it is a version of its own, and live instead."""
    say(f"The files of version {lost.number} are gone. Building the network anew ...")
    with _built(lost.network) as folder:
        if read_manifest(folder).sha256 == lost.sha256:
            of_versions.share(folder, lost.sha256)
            folder.rename(lost.folder)
            return
        version = registry.add_candidate(folder, None)
    registry.promote(version, None, LiveChange.How.SET_UP, over=lost)
    say(f"It is version {version.number}, which is live now.")


@contextmanager
def _built(network: str) -> Iterator[Path]:
    """A folder beside the versions, gone at the end."""
    settings.ARK_MODELS_STORE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.ARK_MODELS_STORE, prefix=".added.") as place:
        folder = Path(place) / "version"
        _build(folder, network)
        yield folder


def _build(folder: Path, network: str) -> None:
    from recognition.cnn.store.checkpoint import build_pretrained

    build_pretrained(folder, network)
