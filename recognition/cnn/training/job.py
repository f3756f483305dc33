"""What a run is asked to do: job.json and photos.csv.

job.json: {"mode": "fine_tune" | "from_scratch", "network", "network_options", "parent": a version's
folder or null, "parent_sha256", "name": of the result, "labels": [{"slug", "kind", "name_en",
"name_zh", "parent"}], "parameters": {...}, "device": "auto" | "cpu" | "cuda", "threads": of a
process, 0 for all, "processes": 0 for one a GPU, "longest_wait_s": when a process for which the
others wait is taken for dead, "max_pixels": larger photos are left out, "training": {...}: goes
into the result's manifest}.

photos.csv: path (perhaps relative to the folder), label (a slug, or nothing), split (train,
validation or test), box (what the label is about: left, top, right and bottom in parts of 1, or
nothing for the whole photo), with a header.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recognition.cnn.pixels.boxes import Box
from recognition.cnn.pixels.unreadable import DEFAULT_MAX_PIXELS
from recognition.cnn.taxonomy import Label
from recognition.cnn.training.parameters import MODES, TrainingParameters

LONGEST_WAIT_S = 600.0  # no step and no checkpoint takes so long
SPLITS = ("train", "validation", "test")


class CannotTrain(Exception):
    """The run cannot end well; `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code


@dataclass(frozen=True)
class Example:
    """A photo, or a subject in one; label is an index into the job's labels, None if nobody
    labelled it."""

    path: Path
    label: int | None
    split: str
    box: Box | None = None


@dataclass(frozen=True)
class Job:
    """As described above; new labels have no classes yet."""

    folder: Path
    mode: str
    network: str
    network_options: dict[str, Any]
    parent: Path | None
    parent_sha256: str
    name: str
    labels: tuple[Label, ...]
    parameters: TrainingParameters
    device: str
    threads: int
    processes: int
    longest_wait_s: float
    max_pixels: int
    training: dict[str, Any]
    examples: tuple[Example, ...]

    @property
    def result(self) -> Path:
        return self.folder / "result"

    @property
    def must_finish(self) -> bool:
        """Whether somebody asked to keep the best epoch so far and to train no more."""
        return (self.folder / "finish-now").exists()


def read_job(folder: Path) -> Job:
    """Raises CannotTrain with the code bad_job."""
    try:
        asked = json.loads((folder / "job.json").read_text(encoding="utf-8"))
        labels = tuple(Label(**{**label, "classes": ()}) for label in asked["labels"])
        return Job(
            folder=folder,
            mode=_checked_mode(asked),
            network=asked["network"],
            network_options=asked.get("network_options") or {},
            parent=Path(asked["parent"]) if asked.get("parent") else None,
            parent_sha256=asked.get("parent_sha256") or "",
            name=asked["name"],
            labels=labels,
            parameters=TrainingParameters.from_dict(
                asked.get("parameters") or {}, TrainingParameters.defaults(asked["mode"])
            ),
            device=asked.get("device", "auto"),
            threads=int(asked.get("threads", 0)),
            processes=int(asked.get("processes", 0)),
            longest_wait_s=float(asked.get("longest_wait_s", LONGEST_WAIT_S)),
            max_pixels=int(asked.get("max_pixels", DEFAULT_MAX_PIXELS)),
            training=asked.get("training") or {},
            examples=_read_examples(folder, labels),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotTrain("bad_job", repr(error)) from error


def _checked_mode(asked: dict[str, Any]) -> str:
    mode: str = asked["mode"]
    if mode not in MODES:
        raise ValueError(f"mode: must be one of {', '.join(MODES)}")
    if (mode == "fine_tune") != bool(asked.get("parent")):
        raise ValueError("parent: for fine-tuning, and for nothing else")
    return mode


def _read_examples(folder: Path, labels: tuple[Label, ...]) -> tuple[Example, ...]:
    index: dict[str, int | None] = {label.slug: row for row, label in enumerate(labels)}
    index[""] = None
    with (folder / "photos.csv").open(encoding="utf-8", newline="") as file:
        examples = tuple(
            Example(folder / row["path"], index[row["label"]], row["split"], _box(row.get("box")))
            for row in csv.DictReader(file)
        )
    if unknown := {example.split for example in examples} - set(SPLITS):
        raise ValueError(f"split: {', '.join(unknown)}")
    return examples


def _box(text: str | None) -> Box | None:
    """Runs that an earlier Ark began have none."""
    if not text:
        return None
    left, top, right, bottom = map(float, text.split())
    return Box(left, top, right, bottom)
