"""How many images a second two versions answer: in turns, on a machine that does nothing else, or
not at all. Loads engines: for workers only."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from django.conf import settings

from recognition.cnn.serving.classifier import BATCH_SIZE
from recognition.cnn.serving.engine import load_engine
from recognition.files import of_versions
from recognition.models import ModelVersion, Prediction, RunState, State, TrainingRun

TURNS = 5
_TURN_S = 0.3
BUSY = 0.1  # of the processors' time that others may take while this is measured
_STAT = Path("/proc/stat")


def side_by_side(candidate: ModelVersion, baseline: ModelVersion) -> dict[str, float] | None:
    """Images a second {"candidate", "baseline"} of the networks alone, by the engines that would
    serve them; None if the machine had other things to do.

    Raises CorruptCheckpoint or BrokenEngine.
    """
    if _is_at_work():
        return None
    engines = {"candidate": _loaded(candidate), "baseline": _loaded(baseline)}
    found: dict[str, list[float]] = {name: [] for name in engines}
    others = _OthersTime()
    for _turn in range(TURNS):
        for name, answer in engines.items():
            found[name].append(_images_a_second(answer))
    if others.share() > BUSY or _is_at_work():
        return None
    return {name: round(median(speeds), 1) for name, speeds in found.items()}


def _loaded(version: ModelVersion) -> Callable[[], object]:
    manifest, engine = load_engine(
        of_versions.folder(version), settings.ARK_ENGINE, settings.ARK_DEVICE
    )
    side = manifest.preprocessing.crop
    pixels = np.zeros((BATCH_SIZE, side, side, 3), np.uint8)
    engine(pixels)  # the first of a new size takes longer
    return lambda: engine(pixels)


def _images_a_second(answer: Callable[[], object]) -> float:
    batches, started = 0, time.perf_counter()
    while (elapsed_s := time.perf_counter() - started) < _TURN_S:
        answer()
        batches += 1
    return batches * BATCH_SIZE / elapsed_s


def _is_at_work() -> bool:
    """Whether photos are being predicted or a network trained, on whatever machine."""
    predicting = Prediction.objects.filter(state__in=(State.PENDING, State.RUNNING))
    training = TrainingRun.objects.filter(state=RunState.RUNNING)
    return predicting.exists() or training.exists()


class _OthersTime:
    """What other processes take of the processors from now on."""

    def __init__(self) -> None:
        self._busy_s, self._own_s, self._began_s = _busy_s(), _own_s(), time.perf_counter()

    def share(self) -> float:
        """0 to 1; 1 where nobody can tell."""
        now_s = _busy_s()
        if now_s is None or self._busy_s is None:
            return 1.0
        of_others = now_s - self._busy_s - (_own_s() - self._own_s)
        elapsed_s = time.perf_counter() - self._began_s
        return max(0.0, of_others) / (elapsed_s * (os.cpu_count() or 1))


def _own_s() -> float:
    own = os.times()
    return own.user + own.system


def _busy_s() -> float | None:
    """Of all processors together, since they were switched on."""
    try:
        user, nice, system, _idle, _waiting, *rest = map(int, _STAT.read_text().split()[1:9])
    except (OSError, ValueError):
        return None
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")
