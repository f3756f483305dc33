"""What the finder on disk is: finder.json and the files beside it, read without torch."""

from __future__ import annotations

import json
from pathlib import Path


def finder_sha256(folder: Path) -> str | None:
    """Which finder is in this folder; None if there is none that can be read. Reads one file."""
    try:
        return str(json.loads((folder / "finder.json").read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
