"""What is stored of a run while it is worked on. All raise Stopped once the lease is lost."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction
from django.utils import timezone

from recognition.models import Stage, TrainingEpoch, TrainingRun
from recognition.training.watch import write

_PAUSE_S = 0.5
_CURVES = ("train_loss", "validation_loss", "validation_accuracy", "learning_rate", "seconds")


def stage(run: TrainingRun, name: Stage | str) -> None:
    write(run, stage=name)


class Meter:
    """Writes progress down, at most twice a second."""

    def __init__(self, run: TrainingRun) -> None:
        self._run = run
        self._written_s = float("-inf")

    def __call__(self, progress: float, seconds_left: float | None = None) -> None:
        """progress: 0 to 1."""
        now_s = time.monotonic()
        if now_s - self._written_s >= _PAUSE_S:
            self._written_s = now_s
            write(self._run, progress=progress, seconds_left=seconds_left)


@transaction.atomic
def epoch(run: TrainingRun, number: int, **curves: float | None) -> None:
    """A point of the curves. Of an epoch that is repeated after an interruption it is replaced."""
    known = {name: value for name, value in curves.items() if name in _CURVES}
    TrainingEpoch.objects.update_or_create(run=run, number=number, defaults=known)
    score = known.get("validation_accuracy")
    best = run.score if score is None else max(score, run.score or 0.0)
    # It came this far: whatever kills its worker from now on begins to count anew.
    write(run, score=best, attempts=1)


def note(run: TrainingRun, code: str, **details: Any) -> None:
    """Something that whoever reads the result should know."""
    at = timezone.now().isoformat(timespec="seconds")
    write(run, notes=[*run.notes, {"at": at, "code": code, **details}])
