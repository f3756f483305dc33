from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from recognition.storage.checking import Check


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    """Folders of this test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    for name in ("incoming", "exports", "imports", "training"):
        folder = tmp_path / name
        folder.mkdir()
        setattr(settings, f"ARK_{name.upper()}", folder)
    return tmp_path


@pytest.fixture
def a_day_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written by now is old: nobody can change when a file was moved."""
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 25 * 60 * 60)


def leave(path: Path, content: bytes = b"left over") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def checked(digests: str = "some", repair: bool = False) -> dict[str, Any]:
    check = Check({"digests": digests, "repair": repair})
    for _share in check.steps():
        pass
    return check.document


def found(**parameters: Any) -> dict[str, list[str]]:
    """The names of what a check found, by kind."""
    named = checked(**parameters)["named"]
    return {kind: [name for name, *_why in entries] for kind, entries in named.items()}


Damage = Callable[[Path], None]


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def flip(path: Path) -> None:
    """One bit of it; its length stays."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
