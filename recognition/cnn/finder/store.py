"""The finder's folder: finder.json and the files beside it."""

from __future__ import annotations

import json
from pathlib import Path

from recognition.cnn.manifest import CorruptCheckpoint


def finder_sha256(folder: Path) -> str:
    """The finder's identity. Raises CorruptCheckpoint if there is none."""
    try:
        return str(json.loads((folder / "finder.json").read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorruptCheckpoint(f"{folder} cannot be read: {error!r}") from error
