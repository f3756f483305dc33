"""Whole folders that machines share through the bucket: versions, and what a run has so far.

Without a bucket all of this does nothing: the folders lie on the one disk.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from recognition.files import bucket


def share(folder: Path, key: str) -> None:
    """Put the files of a folder under a key.

    Drafts, whose names begin with a dot, and folders inside are left out. Raises bucket.BucketAway.
    """
    if not bucket.is_used():
        return
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            bucket.put(path, f"{key}/{path.name}")


def fetch(key: str, folder: Path) -> None:
    """Make a folder of what lies under a key, if anything does; it appears whole.

    Nothing happens if the folder is there. Raises bucket.BucketAway.
    """
    if not bucket.is_used() or folder.exists():
        return
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        keys = [entry.key for entry in bucket.entries(f"{key}/")]
        if keys:
            bucket.each(lambda name: bucket.fetch(name, draft / name.rpartition("/")[2]), keys)
            _put_in_place(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def forget(key: str) -> None:
    """Raises bucket.BucketAway."""
    if bucket.is_used():
        bucket.remove(entry.key for entry in bucket.entries(f"{key}/"))


def _put_in_place(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError:
        if not folder.is_dir():  # otherwise another process was quicker
            raise
