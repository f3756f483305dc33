"""A home as the first `manage.py prepare` leaves it, made once a process and copied from then on:
the migrations alone take ten seconds."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from recognition.cnn.manifest import MANIFEST_NAME

_DATABASE = "db.sqlite3"
_made: dict[bytes, Path] = {}  # by the manifest of version 1


def copy_to(home: Path, store: Path, database: str, make: Callable[[Path], None]) -> bool:
    """False where something about the instance is special: it has to be prepared itself.

    database: its URL; make: prepares another home, with the same store.
    """
    manifest, target = store / "1" / MANIFEST_NAME, Path(database.removeprefix("sqlite:///"))
    is_plain = database.startswith("sqlite:///") and manifest.exists()
    if not is_plain or target.exists() or (home / "secret-key").exists():
        return False
    known_by = manifest.read_bytes()
    if known_by not in _made:
        folder = Path(tempfile.mkdtemp(dir=_folder()))
        make(folder)
        _made[known_by] = folder
    shutil.copytree(_made[known_by], home, dirs_exist_ok=True, copy_function=_linked)
    for name in (_DATABASE, "secret-key", "initial-admin-password"):  # these change later
        copied = home / name
        copied.unlink()
        shutil.copy2(_made[known_by] / name, target if name == _DATABASE else copied)
    return True


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a disk of its own
        shutil.copy2(source, target)


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ark-homes-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
