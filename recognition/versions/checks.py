"""Versions are tried before they are let in or go live, in limited processes: neither a web process
nor the teacher ever loads what a stranger made (`cnn/limited_process.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from recognition.cnn import limited_process
from recognition.cnn.limited_process import Refused
from recognition.cnn.manifest import WEIGHTS_NAME

__all__ = ["Refused", "check", "try_out"]

CHECK_S = 240  # well within the lease of a job
TRY_OUT_S = 60  # somebody waits for it; mostly it takes one
# torch, OpenVINO and Lite0 take 1.4 GB; the weights are there up to six times.
_LEAST_MB, _TIMES_THE_WEIGHTS = 2048, 6


def check(folder: Path, photos: Sequence[Path]) -> dict[str, Any]:
    """Whether a version from elsewhere is what it says, on the reference picture and these photos:
    {"pictures": 9, "difference": 0.00001}, the largest of any probability. Raises Refused."""
    arguments = [str(folder), str(settings.ARK_MAX_PIXELS), *map(str, photos)]
    return limited_process.run(
        "recognition.cnn.store.checking", arguments, CHECK_S, _max_mb(folder)
    )


def try_out(folder: Path) -> None:
    """Have a version answer one picture, as a predictor would. Raises Refused."""
    arguments = [str(folder), settings.ARK_ENGINE]
    limited_process.run("recognition.cnn.serving.trial", arguments, TRY_OUT_S, _max_mb(folder))


def _max_mb(folder: Path) -> int:
    weights = folder / WEIGHTS_NAME
    weights_mb = weights.stat().st_size // 1024**2 if weights.exists() else 0
    return _LEAST_MB + _TIMES_THE_WEIGHTS * weights_mb
