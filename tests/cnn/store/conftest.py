"""Versions that are whole, but not what they say."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recognition.cnn.manifest import MANIFEST_NAME, sha256_of_fields, sha256_of_file

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def altered(network: Path, tmp_path: Path) -> Callable[..., Path]:
    """A copy of the network whose model.json was changed, with all digests right again."""

    def alter(change: Change = lambda fields: None, source: Path = network) -> Path:
        folder = tmp_path / "altered"
        if source != folder:
            shutil.copytree(source, folder)
        path = folder / MANIFEST_NAME
        fields = json.loads(path.read_text())["model"]
        fields["files"] = {name: sha256_of_file(folder / name) for name in fields["files"]}
        change(fields)
        document = {"format": 1, "sha256": sha256_of_fields(fields), "model": fields}
        path.write_text(json.dumps(document))
        return folder

    return alter
