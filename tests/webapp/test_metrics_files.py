"""On a full disk the numbers of requests are not counted, and the process lives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.disks import fill, make_room, small_disk
from webapp.home import BASE_DIR

_PROGRAM = """
import os, sys
os.environ["PROMETHEUS_MULTIPROC_DIR"] = sys.argv[1]
from webapp import metrics_files
metrics_files.use()
from prometheus_client import Counter
from contextlib import suppress
counter = Counter("c", "", ["name"])
failed = 0
for number in range(20000):
    try:
        counter.labels(f"{number:0200}").inc()
    except OSError:
        failed += 1
print(failed)
"""


def test_a_full_disk_ends_no_process(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "3m") as disk:
        fill(disk)
        run = [sys.executable, "-c", _PROGRAM, str(disk)]
        full = subprocess.run(run, cwd=BASE_DIR, capture_output=True, text=True)
        assert (full.returncode, int(full.stdout)) == (0, 20000)
        make_room(disk)
        some = subprocess.run(run, cwd=BASE_DIR, capture_output=True, text=True)
        assert some.returncode == 0
        assert 0 < int(some.stdout) < 20000
