"""The folders of versions and of the finder, each fetched once a machine.

They lie in models_store. With a bucket they lie there too, a version's under its sha256: what two
machines make at once under the same number never mixes. Whoever loads a version verifies the
digests of its files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from recognition.files import folders
from recognition.files.listed import Listed
from recognition.models import ModelVersion

FOLDER = "models"  # in the bucket
FINDER = "finder"


def folder(version: ModelVersion) -> Path:
    """On this machine; it may not be there if it is nowhere. Raises bucket.BucketAway."""
    folders.fetch(_key(version.sha256), version.folder)
    return version.folder


def share(place: Path, sha256: str) -> None:
    """A version that is whole lies here; before its row is written. Raises bucket.BucketAway."""
    folders.share(place, _key(sha256))


def lacking(place: Path, sha256: str) -> list[str]:
    """The files of a version that lies here which the bucket does not have. Raises
    bucket.BucketAway."""
    return folders.lacking(place, _key(sha256))


def shared() -> Iterator[Listed]:
    """What the bucket has, if there is one: a folder each, named as in its key. Raises
    bucket.BucketAway."""
    return folders.listed_in_bucket(settings.ARK_MODELS_STORE, FOLDER)


def finder() -> Path:
    """The folder that all versions share; it may not be there."""
    place: Path = settings.ARK_MODELS_STORE / FINDER
    return place


def fetch_finder() -> None:
    """Where this machine has none. Raises bucket.BucketAway."""
    folders.fetch(_key(FINDER), finder())


def lacking_of_finder() -> list[str]:
    """As `lacking`."""
    return folders.lacking(finder(), _key(FINDER))


def share_finder() -> None:
    """Raises bucket.BucketAway."""
    folders.share(finder(), _key(FINDER))


def _key(name: str) -> str:
    return f"{FOLDER}/{name}"
