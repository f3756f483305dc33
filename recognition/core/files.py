"""Files that appear whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path, draft: Path) -> Iterator[None]:
    """Inside, the draft is written; then it takes its place at `path`, on the same disk.

    Nothing is left of it if that fails, because the disk is full or for whatever other reason.
    """
    try:
        yield
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
