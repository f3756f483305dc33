"""Events of a run for the process that started it: one JSON object a line on stdout.

{"event": "stage", "stage": "reading" | "training" | "measuring" | "saving"}
{"event": "progress", "progress": 0 to 1, "seconds_left": a number or null}
{"event": "epoch", "number", "train_loss", "validation_loss", "validation_accuracy",
 "learning_rate", "seconds"}: sent again with the same number when a resumed run repeats one
{"event": "note", "code": ..., ...}: something worth knowing:
    "unreadable_photo" ("photos": how many): they are left out
    "validation_held_out" ("photos"): there was no validation split, so some were taken from train
    "validation_is_training" ("photos"): there were too few even for that
    "out_of_memory" ("batch_size": photos at once from now on)
    "resumed" ("epoch": that it goes on with)
    "stopped_early" ("epoch", "best_epoch")
{"event": "error", "code": ..., "detail": ...}: the last line of a run that fails: "bad_job",
    "no_photos", "disk_full", "out_of_memory", "diverged", "nothing_yet" (somebody wanted the best
    epoch before there was one), "corrupt_parent", or "failed"
"""

from __future__ import annotations

import json
import time
from typing import Any

from recognition.cnn.training import distributed

_PROGRESS_EVERY_S = 1.0
_last_progress_s = -_PROGRESS_EVERY_S


def emit(event: str, **fields: Any) -> None:
    """Write an event, once, however many processes train together."""
    if distributed.is_first():
        print(json.dumps({"event": event, **fields}), flush=True)


def emit_progress(progress: float, seconds_left: float | None = None) -> None:
    """Write how far the run is, at most once a second."""
    global _last_progress_s
    now_s = time.monotonic()
    if now_s - _last_progress_s >= _PROGRESS_EVERY_S:
        _last_progress_s = now_s
        emit("progress", progress=round(progress, 4), seconds_left=seconds_left)
