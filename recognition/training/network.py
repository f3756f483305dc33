"""A run that fine-tunes or trains from scratch, in a process of its own (`child.py`).

The process resumes from its last checkpoint whenever it is started again in the same folder.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from django.conf import settings

from recognition.cnn import taxonomy
from recognition.cnn.manifest import read_manifest, verify
from recognition.cnn.training.micro_batches import MicroBatches
from recognition.core.files import whole_file
from recognition.core.process import stops_when_terminated
from recognition.models import Photo, Split, TrainingRun
from recognition.training import progress
from recognition.training.failures import RunFailed
from recognition.training.known_labels import labels_to_know, name_of_result, provenance
from recognition.training.subprocess import Child
from recognition.training.watch import Watch

MAX_RETRIES = 3  # with smaller batches, or after the process was killed


def train_claimed(run: TrainingRun, watch: Watch) -> Path:
    """Train; return the folder of the new version. Raises Stopped and RunFailed."""
    run.folder.mkdir(parents=True, exist_ok=True)
    write_photos(run)
    for retry in range(MAX_RETRIES + 1):
        write_job(run)
        if failure := _train_once(run, watch):
            if retry == MAX_RETRIES:
                raise failure
            _prepare_retry(run, failure)
        else:
            break
    return run.folder / "result"


def write_photos(run: TrainingRun) -> None:
    """photos.csv, once: a photo that is deleted later must not change the others' order.

    Photos whose label the network will not know stay out.
    """
    path = run.folder / "photos.csv"
    if path.exists():
        return
    draft = path.with_suffix(".draft")
    known = {"", *(label.slug for label in labels_of(run))}
    examples = run.dataset.examples.filter(photo__isnull=False).order_by("id")
    with whole_file(path, draft), draft.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("path", "label", "split"))
        for photo_id, slug, split in examples.values_list("photo", "label__slug", "split"):
            if (slug or "") in known:
                rows.writerow((Photo(id=photo_id).original_path, slug or "", split))


def write_job(run: TrainingRun) -> None:
    """job.json: what to train, and with which parameters. Raises CorruptCheckpoint."""
    parent = verify(run.parent.folder) if run.parent else None
    parameters = dict(run.parameters)
    network_options = parameters.pop("network_options", {})
    job = {
        "mode": run.mode,
        "network": run.network,
        "network_options": parent.network_options if parent else network_options,
        "parent": str(run.parent.folder) if run.parent else None,
        "parent_sha256": parent.sha256 if parent else "",
        "name": name_of_result(parent.name if parent else _title(run.network), run.mode),
        "labels": [_described(label) for label in labels_of(run)],
        "parameters": parameters,
        "device": settings.ARK_DEVICE,
        "threads": 0,
        "training": provenance(run),
    }
    path = run.folder / "job.json"
    draft = path.with_suffix(".draft")
    with whole_file(path, draft):
        draft.write_text(json.dumps(job, ensure_ascii=False, indent=1), encoding="utf-8")


def _train_once(run: TrainingRun, watch: Watch) -> RunFailed | None:
    """Run the process to its end. Returns what to try again after, raises what not to."""
    child = Child(run.folder)
    listener = _Listener(run)
    try:
        watch.on_stop = child.end
        with stops_when_terminated():
            watch.check()
            for message in child.messages():
                watch.check()
                listener.hear(message)
    finally:
        child.end()
    watch.check()
    if child.succeeded:
        return None
    return _failure(child, listener.error)


def _failure(child: Child, error: RunFailed | None) -> RunFailed:
    if error and error.code != "out_of_memory":
        raise error
    if error or child.lacked_memory:
        return error or RunFailed("out_of_memory")
    if child.was_killed:
        return RunFailed("crashed", "the process was killed")
    raise RunFailed("bug", child.last_words())


def _prepare_retry(run: TrainingRun, failure: RunFailed) -> None:
    """The process itself makes its batches smaller when it can; not when the kernel kills it."""
    facts = {}
    if failure.code == "out_of_memory":
        micro_batches = MicroBatches(run.folder, run.parameters["batch_size"])
        if not micro_batches.halve():
            raise failure
        facts["batch_size"] = micro_batches.size
    progress.note(run, failure.code, **facts)


class _Listener:
    """Writes down what the process says. `error` is its last word, if it failed."""

    def __init__(self, run: TrainingRun) -> None:
        self._run = run
        self._meter = progress.Meter(run)
        self.error: RunFailed | None = None

    def hear(self, message: dict[str, Any]) -> None:
        event, said = message["event"], {k: v for k, v in message.items() if k != "event"}
        if event == "stage":
            progress.stage(self._run, said["stage"])
        elif event == "progress":
            self._meter(said["progress"], said.get("seconds_left"))
        elif event == "epoch":
            progress.epoch(self._run, **said)
        elif event == "note":
            progress.note(self._run, **said)
        elif event == "error":
            self.error = RunFailed(said["code"], said.get("detail", ""))


def labels_of(run: TrainingRun) -> tuple[taxonomy.Label, ...]:
    """What the result shall know. Raises CorruptCheckpoint."""
    counts = run.dataset.summary["labels"]
    shown = {slug for slug, of_split in counts.items() if of_split[Split.TRAIN]}
    return labels_to_know(read_manifest(run.parent.folder).labels if run.parent else (), shown)


def _described(label: taxonomy.Label) -> dict[str, Any]:
    names = ("slug", "kind", "name_en", "name_zh", "parent")
    return {name: getattr(label, name) for name in names}


def _title(network: str) -> str:
    from recognition.cnn.networks.summaries import summaries

    return summaries()[network].title
