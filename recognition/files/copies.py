"""Copies of what lies in the bucket, below MEDIA_ROOT under the same names: what was used lately.

They take ARK_COPIES_MB at most. What nobody has used for a day goes, too: it may be of a photo that
was deleted on another machine.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from recognition.files import bucket

KEPT_S = 24 * 60 * 60
IN_USE_S = 10 * 60  # since when it was asked for; it may be read for so long
TRIM_EVERY = 200  # copies that a process fetches
_fetched = count(1)


class _Copy(NamedTuple):
    used_s: float
    size_bytes: int
    path: Path


def key(path: Path) -> str:
    """Under which the bucket keeps what has this place below MEDIA_ROOT."""
    return path.relative_to(settings.MEDIA_ROOT).as_posix()


def fetched(path: Path) -> Path:
    """The path, when a copy lies there. Raises FileNotFoundError, bucket.BucketAway."""
    try:
        os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))  # used now
    except FileNotFoundError:
        bucket.fetch(key(path), path)
        if next(_fetched) % TRIM_EVERY == 0:
            trim()
    return path


def fetch_if_there(path: Path) -> None:
    with suppress(FileNotFoundError):
        fetched(path)


def trim() -> None:
    """Remove what nobody has used for long, and of the rest the longest unused until it fits."""
    now_s = time.time()
    copies = sorted(_all())
    left_bytes = sum(copy.size_bytes for copy in copies)
    for copy in copies:
        unused_s = now_s - copy.used_s
        is_too_much = left_bytes > settings.ARK_COPIES_MB * 1024 * 1024
        if unused_s < IN_USE_S or not (is_too_much or unused_s > KEPT_S):
            return
        copy.path.unlink(missing_ok=True)
        left_bytes -= copy.size_bytes


def _all() -> list[_Copy]:
    found = []
    for path in settings.MEDIA_ROOT.rglob("*"):
        with suppress(FileNotFoundError):
            status = path.stat()
            if path.is_file():
                found.append(_Copy(status.st_atime, status.st_size, path))
    return found
