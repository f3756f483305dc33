"""What was worked out of photos: explanations, and the map of them all. It is replaced when
something new is known."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from recognition.files import bucket, copies, folders
from recognition.files.listed import Listed
from recognition.models.photo import StoredPicture

FOLDER = "explanations"  # below MEDIA_ROOT


def latest(path: Path) -> Path:
    """The file as it was written last, wherever that was. Raises FileNotFoundError if it is only in
    a bucket that does not have it, and bucket.BucketAway."""
    if bucket.is_used():
        bucket.fetch(_key(path), path)
    return path


def written(*paths: Path) -> None:
    """They lie in their places on this machine. Raises bucket.BucketAway."""
    if bucket.is_used():
        bucket.each(lambda path: bucket.put(path, _key(path)), paths)


def remove(photos: Sequence[StoredPicture]) -> None:
    """All of these photos. Raises bucket.BucketAway."""
    folders.forget_all(copies.key(photo.explanations_path) for photo in photos)
    for photo in photos:
        shutil.rmtree(photo.explanations_path, ignore_errors=True)


def listed() -> Iterator[Listed]:
    """Of all photos, those of one side by side. Raises bucket.BucketAway."""
    if bucket.is_used():
        for entry in bucket.entries(f"{FOLDER}/"):
            yield Listed(settings.MEDIA_ROOT / entry.key, entry.size_bytes, entry.modified_s)
        return
    root = settings.MEDIA_ROOT / FOLDER
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        for path in folder.rglob("*.*"):
            with suppress(FileNotFoundError):  # gone meanwhile
                status = path.stat()
                yield Listed(path, status.st_size, status.st_mtime)


def folders_of_photos() -> Iterator[Listed]:
    """Each with all that is in it. Raises bucket.BucketAway."""
    return folders.listed(settings.MEDIA_ROOT / FOLDER, FOLDER)


def _key(path: Path) -> str:
    """The map lies in a folder of its own."""
    if path.is_relative_to(settings.MEDIA_ROOT):
        return copies.key(path)
    return f"{path.parent.name}/{path.name}"
