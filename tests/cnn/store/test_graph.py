"""Graphs are written on this machine, and nobody else hears of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from webapp.home import BASE_DIR

CONVERT = """
import sys
from pathlib import Path
import numpy, torch
from recognition.cnn.store.checkpoint import load_network
from recognition.cnn.store.graph import save_graph

manifest, model = load_network(Path(sys.argv[1]))
side = manifest.preprocessing.crop
save_graph(model, torch.zeros(1, side, side, 3, dtype=torch.uint8), Path(sys.argv[2]))
from openvino.tools.ovc import telemetry_utils
print(telemetry_utils.tm.__name__)
"""


def test_openvino_reports_to_nobody(version: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    run = subprocess.run(
        [sys.executable, "-c", CONVERT, str(version), str(tmp_path / "graph.xml")],
        cwd=BASE_DIR,
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "openvino.tools.ovc.telemetry_stub"
    assert list(home.rglob("*_ga_cid*")) == []
