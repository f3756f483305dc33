"""Stands in for `recognition.cnn.training`: does in FOLDER what the environment asks for."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

folder = Path(sys.argv[1])
what = os.environ["FAKE_TRAINER"]
starts = folder / "starts"
starts.write_text(starts.read_text() + "x" if starts.exists() else "x")
start = len(starts.read_text())


def emit(event: str, **fields: object) -> None:
    print(json.dumps({"event": event, **fields}), flush=True)


emit("stage", stage="training")
print("something else", flush=True)
if what == "sleeps" or (what == "sleeps at first" and start == 1):
    time.sleep(600)
if what == "is killed" or (what == "is killed at first" and start == 1):
    os.kill(os.getpid(), signal.SIGKILL)
if what == "lacks memory":
    emit("error", code="out_of_memory", detail="")
    sys.exit(1)
if what == "has no space":
    emit("error", code="disk_full", detail="checkpoint")
    sys.exit(1)
if what == "has a bug":
    sys.exit("a traceback")
for number, accuracy in ((1, 0.9), (2, 0.8)):
    emit(
        "epoch",
        number=number,
        train_loss=1.0,
        validation_loss=1.5,
        validation_accuracy=accuracy,
        learning_rate=0.1,
        seconds=2.0,
    )
emit("note", code="unreadable_photo", photos=1)
emit("progress", progress=0.75, seconds_left=3)
shutil.copytree(os.environ["FAKE_RESULT"], folder / "result", dirs_exist_ok=True)
