"""The process that places photos on the map: started, watched, ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from django.conf import settings

from recognition.analysis.photo_map.placing import Places
from recognition.core.jobs import JobFailed

_MODULE = "recognition.analysis.photo_map.placing"
_CHECKED_EVERY_S = 0.5
_TAIL = 2000  # characters
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


def places(rows: Path, count: int, while_waiting: Callable[[], None]) -> Places:
    """Of so many photos, whose embeddings lie in a file as float16 numbers, one after the other.

    Beside it lies what the process makes. while_waiting: raise in it to cancel, which ends the
    process. It has the priority of this one. Raises JobFailed.
    """
    made, log_path = rows.with_name("places.npy"), rows.with_name("log.txt")
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, str(rows), str(count), str(made)],
            env={**os.environ, **_ONE_THREAD, "NUMBA_CACHE_DIR": str(_compiled())},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            _wait(process, while_waiting)
        finally:
            process.kill()
            process.wait()
    if process.returncode or not made.exists():
        said = log_path.read_text(errors="replace").strip()[-_TAIL:]
        raise JobFailed("not_placed", f"ended with {process.returncode}: {said}")
    found: Places = np.load(made)
    return found


def _wait(process: subprocess.Popen[bytes], while_waiting: Callable[[], None]) -> None:
    while True:
        try:
            process.wait(_CHECKED_EVERY_S)
            return
        except subprocess.TimeoutExpired:
            while_waiting()


def _compiled() -> Path:
    """Beside the installed package numba could not always write."""
    folder: Path = settings.ARK_PHOTO_MAP / "compiled"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
