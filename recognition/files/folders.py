"""Whole folders that machines share through the bucket: versions, and what a run has so far.

Without a bucket the folders lie on the one disk, and there is nothing to share or to fetch.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from pathlib import Path

from recognition.files import bucket
from recognition.files.bucket import Entry
from recognition.files.listed import Listed, look_at


def share(folder: Path, key: str) -> None:
    """Put the files of a folder under a key.

    Drafts, whose names begin with a dot, and folders inside are left out. Raises bucket.BucketAway.
    """
    if bucket.is_used():
        bucket.each(lambda path: bucket.put(path, f"{key}/{path.name}"), _shared(folder))


def lacking(folder: Path, key: str) -> list[str]:
    """The files of a folder that the bucket does not have in this length, so that other machines
    could not fetch them. Raises bucket.BucketAway."""
    if not bucket.is_used():
        return []
    there = {entry.key: entry.size_bytes for entry in bucket.entries(f"{key}/")}
    return [
        path.name
        for path in _shared(folder)
        if there.get(f"{key}/{path.name}") != path.stat().st_size
    ]


def fetch(key: str, folder: Path) -> None:
    """Make a folder of what lies under a key, if anything does; it appears whole.

    Nothing happens if the folder is there. Raises bucket.BucketAway.
    """
    if not bucket.is_used() or folder.exists():
        return
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        if keys := _keys_below(key):
            bucket.each(lambda name: bucket.fetch(name, draft / name.rpartition("/")[2]), keys)
            _put_in_place(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def forget(key: str) -> None:
    """Raises bucket.BucketAway."""
    forget_all([key])


def listed(place: Path, key: str) -> Iterator[Listed]:
    """What lies in a folder, be it files or folders with all that is in them: in the bucket, and
    further on this machine. Raises bucket.BucketAway."""

    shared = set()
    for found in listed_in_bucket(place, key):
        shared.add(found.path.name)
        yield found
    for path in sorted(place.iterdir()) if place.is_dir() else ():
        if path.name not in shared:
            yield look_at_all_of(path)


def listed_in_bucket(place: Path, key: str) -> Iterator[Listed]:
    """The same of the bucket alone; nothing without one."""

    def place_of(entry: Entry) -> Path:
        return place / entry.key.removeprefix(f"{key}/").partition("/")[0]

    below = bucket.entries(f"{key}/") if bucket.is_used() else ()
    for path, entries in groupby(below, place_of):
        if path != place:  # an empty object that some programs put there in place of a folder
            yield _as_one(path, [Listed(path, *entry[1:]) for entry in entries])


def look_at_all_of(path: Path) -> Listed:
    """A file, or all files below a folder, on this machine; what goes meanwhile counts nothing."""
    below = path.rglob("*") if path.is_dir() and not path.is_symlink() else ()
    found = [found for file in (path, *below) if (found := look_at(file))]
    return _as_one(path, found)


def forget_all(keys: Iterable[str]) -> None:
    """As `forget`, of many. Raises bucket.BucketAway."""
    if bucket.is_used():
        bucket.remove(chain.from_iterable(bucket.each(_keys_below, keys)))


def remove_listed(paths: Sequence[Path], key: str) -> None:
    """What `listed` found in a folder, whose key this is. Raises bucket.BucketAway."""
    if bucket.is_used():
        bucket.remove(f"{key}/{path.name}" for path in paths)
        forget_all(f"{key}/{path.name}" for path in paths)
    remove_here(paths)


def remove_here(paths: Iterable[Path]) -> None:
    """Files and folders of this machine."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _as_one(path: Path, found: list[Listed]) -> Listed:
    """Their lengths together, and when the newest of them changed."""
    size_bytes = sum(file.size_bytes for file in found)
    return Listed(path, size_bytes, max((file.changed_s for file in found), default=0.0))


def _keys_below(key: str) -> list[str]:
    return [entry.key for entry in bucket.entries(f"{key}/")]


def _shared(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".")
    ]


def _put_in_place(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError:
        if not folder.is_dir():  # otherwise another process was quicker
            raise
