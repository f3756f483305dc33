"""Versions that are whole, but not what they say."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from recognition.cnn.manifest import MANIFEST_NAME, sha256_of_fields, sha256_of_file

Change = Callable[[dict[str, Any]], object]


def alter(folder: Path, change: Change = lambda fields: None) -> Path:
    """Change a version's model.json, and make all digests right again."""
    path = folder / MANIFEST_NAME
    fields = json.loads(path.read_text())["model"]
    fields["files"] = {name: sha256_of_file(folder / name) for name in fields["files"]}
    change(fields)
    document = {"format": 1, "sha256": sha256_of_fields(fields), "model": fields}
    path.write_text(json.dumps(document))
    return folder


def altered_copy(source: Path, folder: Path, change: Change = lambda fields: None) -> Path:
    if not folder.exists():
        shutil.copytree(source, folder)
    return alter(folder, change)
