"""Small disks of their own, which are really full: tmpfs, where mounting is allowed."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_FILLER = "filler"


@contextmanager
def small_disk(path: Path, size: str) -> Iterator[Path]:
    """Inside, the folder is a disk of this size ("8m"). Skips the test where that isn't allowed."""
    path.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a disk is not allowed here")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def fill(disk: Path) -> None:
    """Until not one more byte fits."""
    block = 1024 * 1024
    with (disk / _FILLER).open("wb", buffering=0) as stream:
        while block:
            with contextlib.suppress(OSError):
                while stream.write(bytes(block)) == block:
                    pass
            block //= 2


def make_room(disk: Path) -> None:
    (disk / _FILLER).unlink()
