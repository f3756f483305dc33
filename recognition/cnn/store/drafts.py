"""Folders that appear whole or not at all. Torch-free."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def draft_of(folder: Path, replaces: bool = False) -> Iterator[Path]:
    """An empty folder to write into; it becomes `folder` in the end, unless something is raised.

    replaces: a folder of that name is there perhaps, and is deleted then; for a moment between,
        there is none.
    Raises FileExistsError when the folder is there.
    """
    if folder.exists() and not replaces:
        raise FileExistsError(folder)
    draft, old = (
        folder.with_name(f".{folder.name}.{os.getpid()}.{kind}") for kind in ("new", "old")
    )
    draft.mkdir(parents=True)
    try:
        yield draft
        if folder.exists():
            folder.rename(old)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)  # gone already if all went well
        shutil.rmtree(old, ignore_errors=True)
