"""Bundles: versions to download, and those that people brought and nobody has checked yet."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from recognition.files import bucket, folders


def exports_are_there(paths: Sequence[Path]) -> list[bool]:
    """paths: their places below ARK_EXPORTS. Raises bucket.BucketAway."""
    if bucket.is_used():
        sizes = bucket.sizes([_export_key(path) for path in paths])
        return [size is not None for size in sizes]
    return [path.exists() for path in paths]


def export_made(path: Path) -> None:
    """It lies in its place on this machine. Raises bucket.BucketAway."""
    if bucket.is_used():
        bucket.put(path, _export_key(path))


def export(path: Path) -> Path:
    """On this machine. Raises FileNotFoundError, bucket.BucketAway."""
    if bucket.is_used() and not path.exists():
        bucket.fetch(_export_key(path), path)
    return path


def export_link(path: Path) -> str | None:
    """Where a browser gets it from the bucket itself, if it can."""
    return bucket.link(_export_key(path), path.name) if bucket.is_used() else None


def share_import(name: str) -> None:
    """It was unpacked into this folder of ARK_IMPORTS. Raises bucket.BucketAway."""
    folders.share(settings.ARK_IMPORTS / name, f"imports/{name}")


def imported(name: str) -> Path:
    """The folder, on this machine. Raises bucket.BucketAway."""
    place: Path = settings.ARK_IMPORTS / name
    folders.fetch(f"imports/{name}", place)
    return place


def remove_import(name: str) -> None:
    """Raises bucket.BucketAway."""
    folders.forget(f"imports/{name}")
    shutil.rmtree(settings.ARK_IMPORTS / name, ignore_errors=True)


def _export_key(path: Path) -> str:
    return f"exports/{path.name}"
