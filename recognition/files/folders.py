"""Whole folders that machines share through the bucket: versions, and what a run has so far.

Without a bucket all of this does nothing: the folders lie on the one disk.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from recognition.files import bucket


def share(folder: Path, key: str) -> None:
    """Put the files of a folder under a key, those that lie there already as they are not again.

    Drafts, whose names begin with a dot, and folders inside are left out. Raises bucket.BucketAway.
    """
    if not bucket.is_used():
        return
    there = {entry.key: entry.size_bytes for entry in bucket.entries(f"{key}/")}
    for path in sorted(folder.iterdir()):
        name = f"{key}/{path.name}"
        if path.name.startswith(".") or not path.is_file():
            continue
        if _is_mutable(path) or there.get(name) != path.stat().st_size:
            bucket.put(path, name)


def fetch(key: str, folder: Path) -> bool:
    """Make a folder of what lies under a key, which appears whole; whether anything lies there.

    Nothing happens if the folder is there. Raises bucket.BucketAway.
    """
    if not bucket.is_used() or folder.exists():
        return folder.exists()
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        keys = [entry.key for entry in bucket.entries(f"{key}/")]
        if not keys:
            return False
        bucket.each(lambda name: bucket.fetch(name, draft / name.rpartition("/")[2]), keys)
        _put_in_place(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return True


def forget(key: str) -> None:
    """Raises bucket.BucketAway."""
    if bucket.is_used():
        bucket.remove(entry.key for entry in bucket.entries(f"{key}/"))


def _is_mutable(path: Path) -> bool:
    """Whether a file may change without changing its size."""
    return path.suffix in (".json", ".safetensors", ".csv")


def _put_in_place(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError:
        if not folder.is_dir():  # otherwise another process was quicker
            raise
