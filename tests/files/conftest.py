from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def another_machine(settings: Any, tmp_path: Path) -> Any:
    """From when it is called, the disk is that of another machine."""

    def move() -> None:
        home = tmp_path / f"machine-{os.urandom(2).hex()}"
        settings.MEDIA_ROOT = home / "media"
        settings.ARK_MODELS_STORE = home / "models_store"
        settings.ARK_TRAINING = home / "training"

    return move
