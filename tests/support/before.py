"""Checkouts of earlier versions, for drills of upgrades."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from webapp.home import BASE_DIR


def checkout(commit: str, folder: Path) -> Path:
    """Into the folder; skips the test where the repository's history is not there."""
    archive = subprocess.run(["git", "archive", commit], cwd=BASE_DIR, capture_output=True)
    if archive.returncode:
        pytest.skip("this checkout does not have the history of the version before")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder
