"""Files as lists of them say."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import NamedTuple


class Listed(NamedTuple):
    """path: on this machine; of what lies in the bucket, where a copy would. changed_s: since the
    epoch."""

    path: Path
    size_bytes: int
    changed_s: float


def look_at(path: Path) -> Listed | None:
    """A file on this machine, or a folder, which takes no room itself; None if it has gone."""
    try:
        status = path.stat(follow_symlinks=False)
    except OSError:
        return None
    # Moving it changes only the latter.
    size_bytes = 0 if stat.S_ISDIR(status.st_mode) else status.st_size
    return Listed(path, size_bytes, max(status.st_mtime, status.st_ctime))
